package io.lavastream.loadtests.installation;

import io.lavastream.job.EngineSupplier;
import io.lavastream.job.InferenceJob;
import io.lavastream.job.JobConfig;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.serialization.AvroSafety;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.topics.Lanes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** The job as {@code serve --roles job} runs it, with an engine of the caller's. */
public final class JobProgram {
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private JobProgram() {}

    /**
     * Prints "ready" when it is, and returns when the job ends.
     *
     * @param arguments bootstrap servers, registry's address, data directory; further ones are the caller's
     * @param places requests of a lane that the engine holds at once
     */
    public static void run(String[] arguments, EngineSupplier engine, int places) {
        AvroSafety.install();
        try (DataDirectory data = DataDirectory.open(Optional.of(Path.of(arguments[2])))) {
            JobConfig config =
                    JobConfig.of(
                            arguments[0],
                            arguments[1],
                            Lanes.DEFAULT.stream().map(lane -> new Lane(lane, places)).toList(),
                            data.checkpoints());
            InferenceJob job = InferenceJob.start(config, engine);
            Runtime.getRuntime().addShutdownHook(new Thread(job::close));
            job.awaitRunning(START_LIMIT);
            System.out.println("ready");
            job.terminated().join();
        } catch (CompletionException | IllegalStateException e) {
            System.err.println("lavastream: " + e.getMessage());
            System.exit(1);
        }
    }
}
