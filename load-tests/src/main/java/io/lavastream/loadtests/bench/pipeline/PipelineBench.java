package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.ProcessMemory;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Layout;
import io.lavastream.loadtests.installation.ReplyThread;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** The whole service as processes, and questions for it: from the first start to the last figure. */
final class PipelineBench {
    private final PipelineSettings settings;
    private final Report report;
    private final Consumer<String> progress;

    PipelineBench(PipelineSettings settings, Report report, Consumer<String> progress) {
        this.settings = settings;
        this.report = report;
        this.progress = progress;
    }

    /** @param directory new or empty, for data and logs */
    void run(Path directory) throws IOException, InterruptedException {
        Pictures pictures = Pictures.of(settings.imageKilobytes(), settings.seed());
        if (settings.load() instanceof PipelineSettings.Saturation) {
            new SaturationRun(settings, pictures, report, progress)
                    .run(served -> serve(directory, pictures, served));
        } else {
            serve(directory, pictures, this::measure);
        }
    }

    private void measure(Service service) throws IOException, InterruptedException {
        if (settings.load() instanceof PipelineSettings.OpenLoop openLoop) {
            new OpenLoopRun(settings, service, report, progress).run(openLoop.perSecond());
        } else if (settings.load() instanceof PipelineSettings.Expiring expiring) {
            new DeadlineRun(settings, service, report, progress)
                    .run(expiring, (PipelineSettings.Stub) settings.model());
        } else if (settings.load() instanceof PipelineSettings.BesideBacklog backlog) {
            new BacklogRun(settings, service, report, progress).run(backlog);
        }
    }

    /** What is done with a service that runs. */
    interface Use {
        void with(Service service) throws IOException, InterruptedException;
    }

    /**
     * A service and its client.
     *
     * @param phases of the questions that the client asks
     */
    record Service(Installation installation, Sender sender, Phases phases) {}

    private void serve(Path directory, Pictures pictures, Use use)
            throws IOException, InterruptedException {
        progress.accept("broker, registry, ingest and job");
        Phases phases = new Phases();
        try (Installation installation =
                        Installation.start(directory, Layout.shipped(settings.delivery(), job()));
                ReplyThread replies = ReplyThread.start(installation.cluster(), phases::seen);
                Sender sender =
                        new Sender(installation.cluster(), pictures, settings.newTokens())) {
            try {
                use.with(new Service(installation, sender, phases));
            } finally {
                replies.requireReading(); // Else it was not the service that answered nothing.
            }
            reportMemory(installation);
            if (settings.restore()) {
                progress.accept("kill of ingest");
                new RestoreRun(installation, report).run(phases.asked());
            }
        }
    }

    private Layout.Job job() {
        if (settings.model() instanceof PipelineSettings.Stub stub) {
            return new Layout.Own(StubJob.class, List.of(Long.toString(stub.latency().toMillis())));
        }
        return new Layout.Served(((PipelineSettings.Served) settings.model()).directory());
    }

    private void reportMemory(Installation installation) {
        for (Role role : Role.values()) {
            report.add(
                    Figure.of(
                            "memory_" + role,
                            ProcessMemory.peakMib(installation.unit(role).process()),
                            "MiB"));
            int restarts = installation.unit(role).restarts();
            if (restarts > 0) {
                throw new IllegalStateException(
                        "%s: started again %d times (log: %s)"
                                .formatted(role, restarts, installation.log(role)));
            }
        }
    }
}
