package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.loadtests.bench.BenchCheckpoint;
import io.lavastream.loadtests.bench.EngineCommand;
import io.lavastream.loadtests.bench.FigureOptions;
import io.lavastream.loadtests.bench.Goals;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.loadtests.installation.ScratchDirectory;
import io.lavastream.standalone.cli.DeliveryName;
import io.lavastream.standalone.cli.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the way from the questions' topic to the answers'. */
@Command(
        name = "pipeline",
        description = {
            "Runs broker, registry, ingest and job as processes and asks questions: at random moments, whether earlier"
                    + " ones are answered or not, or as many as keep the engine full.",
            "A latency runs from when a question was to be sent until a read_committed consumer sees the answer.",
            "With --max, stream_tax is the processor time of everything outside the engine over that of the engine;"
                    + " the engine then does the same work alone, before and after, and stream_tax_wall is by how"
                    + " much longer it takes through the topics."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream bench pipeline --stub-ms 20 --rate 50 --check",
            "  lavastream bench pipeline --stub-ms 20 --rate 50 --delivery at-least-once",
            "  lavastream bench pipeline --stub-ms 20 --rate 200 --image-kb 100     images through ingest",
            "  lavastream bench pipeline --shape small --max --duration 120         stream tax",
            "  lavastream bench pipeline --rate 10 --backlog 15000 --image-kb 10    beside a backlog on bulk",
            "  lavastream bench pipeline --stub-ms 10000 --rate 50 --deadline-ms 2000  how late deadlines are closed",
            "  lavastream bench pipeline --stub-ms 1 --rate 1000 --image-kb 0 --duration 300 --restore"
        })
public final class PipelineCommand implements Callable<Integer> {
    @ArgGroup private ModelChoice model = new ModelChoice();

    /** What answers: one of them. */
    static final class ModelChoice {
        @Option(
                names = "--stub-ms",
                paramLabel = "MS",
                description = "No model: every answer comes after so many milliseconds.")
        private Integer stubMillis;

        @Option(
                names = "--shape",
                paramLabel = "NAME",
                converter = EngineCommand.Shape.class,
                description = "Random weights of that shape: small, medium, 7b, 13b or tiny.")
        private ModelShape shape;

        @Option(
                names = "--model",
                paramLabel = "DIR",
                description = "A model. Default: the shipped one.")
        private Path directory;
    }

    @ArgGroup private LoadChoice load = new LoadChoice();

    /** How questions come: one of them. */
    static final class LoadChoice {
        @Option(
                names = "--rate",
                paramLabel = "N",
                description = "Questions a second. Default: 50.")
        private double perSecond = 50;

        @Option(names = "--max", description = "As many at once as keep the engine full.")
        private boolean saturated;
    }

    @Option(
            names = "--backlog",
            paramLabel = "N",
            description =
                    "Measure the lane alone, then beside so many questions that wait on the other lane.")
    private Integer backlog;

    @Option(
            names = "--deadline-ms",
            paramLabel = "MS",
            description =
                    "With a stub that takes longer: give each question so long, and measure how soon after it its failure"
                            + " is seen.")
    private Integer deadlineMillis;

    @Option(
            names = "--duration",
            paramLabel = "SECONDS",
            defaultValue = "30",
            description = "How long is measured. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "20",
            description = "How long questions come before, uncounted. Default: ${DEFAULT-VALUE}.")
    private double warmUpSeconds;

    @Option(
            names = "--image-kb",
            paramLabel = "N",
            defaultValue = "100",
            description = "Size of each question's image; 0 for none. Default: ${DEFAULT-VALUE}.")
    private int imageKilobytes;

    @Option(
            names = "--lane",
            paramLabel = "NAME",
            defaultValue = "interactive",
            description = "The lane that is measured. Default: ${DEFAULT-VALUE}.")
    private String lane;

    @Option(
            names = "--delivery",
            paramLabel = "MODE",
            defaultValue = "exactly-once",
            converter = DeliveryName.class,
            description =
                    "What ingest guarantees: exactly-once or at-least-once. Default: ${DEFAULT-VALUE}.")
    private Delivery delivery;

    @Option(
            names = "--new-tokens",
            paramLabel = "N",
            defaultValue = "16",
            description = "Tokens of an answer. Default: ${DEFAULT-VALUE}.")
    private int newTokens;

    @Option(
            names = "--restore",
            description =
                    "Then kill ingest and measure how soon it is back, and what its stores take.")
    private boolean restore;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Decides moments and pictures. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "New or empty directory that keeps data and logs. Default: a temporary one, removed at the end.")
    private Path keep;

    @Mixin private FigureOptions figures;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "${sys:lavastream.bench.directory:-target/bench}",
            description = "Where models of random weights are kept.")
    private Path models;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PipelineSettings settings = settings();
        Report report = figures.report(Goals.none());
        try (ScratchDirectory directory = ScratchDirectory.of(keep, "lavastream-bench-")) {
            new PipelineBench(settings, report, figures.progress()).run(directory.path());
            directory.expendable();
        }
        return figures.exitCode(report);
    }

    private PipelineSettings settings() {
        PipelineSettings settings =
                new PipelineSettings(
                        model(),
                        load(),
                        seconds(warmUpSeconds),
                        seconds(seconds),
                        imageKilobytes,
                        lane,
                        delivery,
                        newTokens,
                        restore,
                        seed);
        if (model.shape == null) {
            return settings;
        }
        // Last: it takes long to write.
        Path written = BenchCheckpoint.in(models, model.shape, WeightType.F32);
        return settings.withModel(new PipelineSettings.Served(written.toAbsolutePath()));
    }

    private PipelineSettings.Model model() {
        if (model.stubMillis != null) {
            return new PipelineSettings.Stub(Duration.ofMillis(model.stubMillis));
        }
        return new PipelineSettings.Served(
                Optional.ofNullable(model.directory).orElseGet(Home::model).toAbsolutePath());
    }

    private PipelineSettings.Load load() {
        if (load.saturated) {
            if (backlog != null || deadlineMillis != null) {
                throw new IllegalArgumentException(
                        "%s: with --max (expected: with --rate)"
                                .formatted(backlog != null ? "backlog" : "deadline-ms"));
            }
            return new PipelineSettings.Saturation();
        }
        if (deadlineMillis != null) {
            if (backlog != null) {
                throw new IllegalArgumentException(
                        "backlog: with --deadline-ms (expected: without)");
            }
            return new PipelineSettings.Expiring(load.perSecond, Duration.ofMillis(deadlineMillis));
        }
        return backlog == null
                ? new PipelineSettings.OpenLoop(load.perSecond)
                : new PipelineSettings.BesideBacklog(load.perSecond, backlog);
    }

    private static Duration seconds(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
