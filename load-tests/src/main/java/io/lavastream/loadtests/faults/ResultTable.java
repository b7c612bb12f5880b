package io.lavastream.loadtests.faults;

import java.util.Locale;
import java.util.stream.Collectors;

/** Rounds as lines of a table that is also Markdown. */
final class ResultTable {
    static final String HEAD =
            "| round | fault | sent | seen | lost | doubled | wrong | failed | recomputed | gap s | back s | |\n"
                    + "|--:|---|--:|--:|--:|--:|--:|---|--:|--:|--:|---|";

    private ResultTable() {}

    static String line(RoundResult result, long recoveryLimitMillis) {
        return "| %d | %s | %d | %d | %d | %d | %d | %s | %d | %s | %s | %s |"
                .formatted(
                        result.round().number(),
                        result.round().faults().stream()
                                .map(Fault::description)
                                .collect(Collectors.joining(" + ")),
                        result.sent(),
                        result.seen(),
                        result.lost(),
                        result.doubled(),
                        result.wrong(),
                        failed(result),
                        result.recomputed(),
                        seconds(result.gapMillis()),
                        seconds(result.recoveryMillis()),
                        result.holds(recoveryLimitMillis)
                                ? "ok"
                                : "**BROKEN** " + result.trouble().orElse(""));
    }

    private static String failed(RoundResult result) {
        if (result.failed().isEmpty()) {
            return "0";
        }
        return result.failed().entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private static String seconds(long millis) {
        return millis == Long.MAX_VALUE
                ? "never"
                : String.format(Locale.ROOT, "%.1f", millis / 1e3);
    }
}
