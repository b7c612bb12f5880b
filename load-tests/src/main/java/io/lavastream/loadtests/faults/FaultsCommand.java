package io.lavastream.loadtests.faults;

import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Layout;
import io.lavastream.loadtests.installation.ScratchDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lavastream faults}: shows that no fault loses or doubles an outcome. */
@Command(
        name = "faults",
        description = {
            "Runs broker, registry, ingest and job as processes under load, on the shipped model, and starts again what"
                    + " dies. In each round one fault strikes, or two at once; then every question is accounted for.",
            "The same seed draws the same faults. Ends with 0 if every promise was kept, with 1 if an outcome was lost"
                    + " or doubled, an answer wrong, a failure without a reason in the fault, more computed twice than"
                    + " was in progress, or the service away for too long; with 2 if it could not run."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream faults --rounds 60 --seed 1",
            "  lavastream faults --fault kill-job,pause-broker --rounds 6 --json",
            "  lavastream faults --rounds 1 --fault outage --keep DIR       data and logs stay in DIR"
        })
public final class FaultsCommand implements Callable<Integer> {
    private static final int WRONG_RESULT = 1;
    private static final int CANNOT_RUN = 2;

    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private final PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "10",
            description = "How many rounds. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Decides faults, moments and questions. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            split = ",",
            description = "Only these faults. Default: all.")
    private List<String> faults = List.of();

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "5",
            description = "Questions a second. Default: ${DEFAULT-VALUE}.")
    private double perSecond;

    @Option(
            names = "--recovery-limit",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description =
                    "Longest time from a fault's end until all that was asked before it is answered, and something"
                            + " asked after it, too. Default: ${DEFAULT-VALUE}.")
    private int recoveryLimitSeconds;

    @Option(
            names = "--keep",
            paramLabel = "DIR",
            description =
                    "New or empty directory that keeps data and logs. Default: a temporary one, removed if all is well.")
    private Path keep;

    @Option(names = "--json", description = "Print one JSON object a round instead of a table.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        List<Fault> wanted;
        try {
            wanted =
                    faults.isEmpty()
                            ? List.of(Fault.values())
                            : faults.stream().map(Fault::named).toList();
            if (rounds < 1 || perSecond <= 0) {
                throw new IllegalArgumentException(
                        "rounds: %d, rate: %s (expected: above 0)".formatted(rounds, perSecond));
            }
        } catch (IllegalArgumentException e) {
            err.println("lavastream: " + e.getMessage());
            return CANNOT_RUN;
        }
        try (ScratchDirectory directory = ScratchDirectory.of(keep, "lavastream-faults-")) {
            FaultRun.Settings settings = new FaultRun.Settings(seed, perSecond);
            int code = run(settings, directory.path(), wanted);
            if (code != WRONG_RESULT) {
                directory.expendable();
            }
            return code;
        }
    }

    private int run(FaultRun.Settings settings, Path directory, List<Fault> wanted)
            throws IOException, InterruptedException {
        long begin = System.nanoTime();
        err.println("starting broker, registry, ingest and job");
        try (Installation installation = Installation.start(directory, Layout.small())) {
            List<Fault> permitted = FaultRun.permitted(wanted, installation, err::println);
            if (permitted.isEmpty()) {
                err.println("lavastream: fault: none of those wanted can run here");
                return CANNOT_RUN;
            }
            Plan plan = Plan.of(seed, rounds, permitted);
            if (!json) {
                out.println(ResultTable.HEAD);
            }
            FaultRun.Report report =
                    FaultRun.run(settings, installation, plan, result -> print(result));
            summarize(report, Duration.ofNanos(System.nanoTime() - begin));
            return report.holds(recoveryLimitMillis()) ? 0 : WRONG_RESULT;
        }
    }

    private void print(RoundResult result) {
        out.println(
                json
                        ? ResultJson.line(result, recoveryLimitMillis())
                        : ResultTable.line(result, recoveryLimitMillis()));
    }

    private void summarize(FaultRun.Report report, Duration took) {
        List<RoundResult> results = report.rounds();
        (json ? err : out)
                .printf(
                        Locale.ROOT,
                        "%d rounds, %d faults, seed %d, %d min: %d sent, %d lost, %d doubled, %d wrong, %d failures"
                                + " without a reason, %d computed twice, dead letters: %s, longest recovery %.1f s%n",
                        results.size(),
                        results.stream().mapToInt(result -> result.round().faults().size()).sum(),
                        seed,
                        took.toMinutes(),
                        results.stream().mapToInt(RoundResult::sent).sum(),
                        report.lost(),
                        report.doubled(),
                        results.stream().mapToInt(RoundResult::wrong).sum(),
                        results.stream().mapToInt(RoundResult::unexplained).sum(),
                        results.stream().mapToInt(RoundResult::recomputed).sum(),
                        report.deadLetters() ? "some" : "none",
                        results.stream().mapToLong(RoundResult::recoveryMillis).max().orElse(0)
                                / 1e3);
    }

    private long recoveryLimitMillis() {
        return Duration.ofSeconds(recoveryLimitSeconds).toMillis();
    }
}
