package io.lavastream.standalone.cli;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.redrive.FailureFilter;
import io.lavastream.standalone.redrive.Redrive;
import io.lavastream.standalone.redrive.Redrive.Result;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Sends questions that failed again. */
@Command(
        name = "redrive",
        description = {
            "Sends questions that failed again, on their lanes, with the next attempt number. The"
                    + " last attempt of a request counts; one that was answered since is left alone."
                    + " What was sent by an earlier run is recognised and dropped.",
            "Images by id or address are looked up anew; inline images are read from the question's"
                    + " own record, while it is retained. The deadline of the failed attempt is not"
                    + " taken over.",
            "Prints a line for each. Ends with 1 if one could not be sent."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream redrive --bootstrap-servers kafka:9092 --schema-registry-url"
                    + " http://registry:8081 --dry-run",
            "  lavastream redrive --bootstrap-servers kafka:9092 --schema-registry-url"
                    + " http://registry:8081 \\",
            "      --code IMAGE_UNREACHABLE --code INTERNAL --since 2h --limit 100"
        })
final class RedriveCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private RunningClusterOptions cluster;

    @Option(
            names = "--code",
            paramLabel = "CODE",
            split = ",",
            description =
                    "Only failures with this code; repeat it for more. Default: those that say that"
                            + " a retry may help.")
    private Set<FailureCode> codes = Set.of();

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "24h",
            converter = PointInTime.Converter.class,
            description =
                    "Only failures from then on: a moment, or back from now as 15m, 2h, 7d."
                            + " Default: ${DEFAULT-VALUE}.")
    private PointInTime since;

    @Option(
            names = "--until",
            paramLabel = "TIME",
            defaultValue = "0s",
            converter = PointInTime.Converter.class,
            description = "Only failures from before then. Default: now.")
    private PointInTime until;

    @Option(
            names = "--limit",
            paramLabel = "NUMBER",
            description = "At most so many, the oldest first. Default: all.")
    private int limit = Integer.MAX_VALUE;

    @Option(
            names = "--time-to-live",
            paramLabel = "SECONDS",
            description = "Deadline of each question, from when it is sent. Default: none.")
    private Integer timeToLiveSeconds;

    @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
    private boolean dryRun;

    RedriveCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Instant now = Instant.now();
        FailureFilter filter =
                new FailureFilter(codes, since.seenFrom(now), until.seenFrom(now), limit);
        Tally tally = new Tally();
        new Redrive(cluster.cluster(), timeToLive())
                .run(
                        filter,
                        dryRun,
                        result -> {
                            tally.count(result);
                            terminal.out().println(line(result));
                        });
        terminal.err().println(tally.summary(dryRun));
        return tally.impossible == 0 ? 0 : Failures.WRONG_RESULT;
    }

    private Optional<Duration> timeToLive() {
        if (timeToLiveSeconds != null && timeToLiveSeconds < 1) {
            throw new IllegalArgumentException(
                    "time-to-live: %d (expected: >= 1)".formatted(timeToLiveSeconds));
        }
        return Optional.ofNullable(timeToLiveSeconds).map(Duration::ofSeconds);
    }

    private static String line(Result result) {
        Failure failure = result.failure();
        String what =
                "%s attempt %d (%s at %s)"
                        .formatted(
                                failure.getRequestId(),
                                failure.getAttempt(),
                                failure.getCode(),
                                result.at());
        return result.lane()
                .map(lane -> "%s -> %s attempt %d".formatted(what, lane, failure.getAttempt() + 1))
                .orElseGet(() -> "%s not sent: %s".formatted(what, result.reason()));
    }

    /** Counts results; used by one thread. */
    private static final class Tally {
        private int possible;
        private int impossible;

        void count(Result result) {
            if (result.lane().isPresent()) {
                possible++;
            } else {
                impossible++;
            }
        }

        String summary(boolean dryRun) {
            return "lavastream: %d %s, %d cannot be sent"
                    .formatted(possible, dryRun ? "would be sent" : "sent", impossible);
        }
    }
}
