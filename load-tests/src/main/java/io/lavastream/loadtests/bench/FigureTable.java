package io.lavastream.loadtests.bench;

import java.math.BigDecimal;

/** Figures as lines of a table for people. */
final class FigureTable {
    private static final String ROW = "%-24s %4s %12s %-12s %8s %8s  %s";

    private FigureTable() {}

    static String head() {
        return row("figure", "seqs", "value", "unit", "x floor", "x peer", "goal");
    }

    static String line(Figure figure) {
        return row(
                figure.name(),
                figure.sequences().isPresent()
                        ? Integer.toString(figure.sequences().getAsInt())
                        : "",
                plain(figure.value()),
                figure.unit(),
                figure.floorRatio().isPresent() ? plain(figure.floorRatio().getAsDouble()) : "",
                figure.peerRatio().isPresent() ? plain(figure.peerRatio().getAsDouble()) : "",
                goal(figure));
    }

    private static String goal(Figure figure) {
        if (figure.goal().isEmpty()) {
            return "";
        }
        String verdict = figure.met().map(met -> met ? "met" : "MISSED").orElse("not measured");
        return "%s: %s".formatted(figure.goal().get().describe(), verdict);
    }

    private static String row(Object... cells) {
        return ROW.formatted(cells).stripTrailing();
    }

    /** Four digits, without an exponent. */
    static String plain(double value) {
        return BigDecimal.valueOf(FigureJson.rounded(value)).stripTrailingZeros().toPlainString();
    }
}
