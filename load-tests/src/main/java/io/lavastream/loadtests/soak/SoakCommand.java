package io.lavastream.loadtests.soak;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.standalone.cli.Home;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** An engine under mixed load for a long time. */
@Command(
        name = "soak",
        description = {
            "Loads an engine for a long time: requests join, leave, are cancelled and expire, in calm and in rush. Prints a"
                    + " line of JSON a minute, and one at the end.",
            "Ends with 1 if a request has no outcome, or a slot or a place is lost, and with 3 if memory grew by more than"
                    + " it may."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream bench soak                half an hour of the shipped model",
            "  lavastream bench soak --minutes 3    three minutes of it"
        })
public final class SoakCommand implements Callable<Integer> {
    /** Few, so that a rush fills it. */
    private static final int WAITING_ROOM = 24;

    private static final int LEAST_MINUTES = 3;

    private static final int LOST = 1;
    private static final int GROWN = 3;

    @Spec private CommandSpec spec;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "A LLaVA checkpoint. Default: the small model that comes with Lavastream.")
    private Path model;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            defaultValue = "30",
            description = "How long. Default: ${DEFAULT-VALUE}.")
    private int minutes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of what is random. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--growth",
            paramLabel = "MIB",
            defaultValue = "32",
            description =
                    "By how much resident memory may grow from the first third on. Default: ${DEFAULT-VALUE}.")
    private long mostGrowth;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (minutes < LEAST_MINUTES) {
            throw new ParameterException(
                    spec.commandLine(),
                    "minutes: %d (expected: >= %d, as memory is read once a minute)"
                            .formatted(minutes, LEAST_MINUTES));
        }
        return run(Duration.ofMinutes(minutes));
    }

    int run(Duration duration) throws IOException, InterruptedException {
        EngineConfig config =
                EngineConfig.defaults(model == null ? Home.model() : model)
                        .withWaitingRoom(WAITING_ROOM);
        EngineSoak.Result result;
        try (LlavaEngine engine = LlavaEngine.open(config)) {
            result = EngineSoak.run(engine, duration, seed, spec.commandLine().getOut());
        }
        return exitCode(result, mostGrowth);
    }

    static int exitCode(EngineSoak.Result result, long mostGrowth) {
        if (!result.whole()) {
            return LOST;
        }
        return result.growth() > mostGrowth ? GROWN : 0;
    }
}
