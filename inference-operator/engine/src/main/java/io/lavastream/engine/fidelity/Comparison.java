package io.lavastream.engine.fidelity;

import io.lavastream.engine.fidelity.CaseResult.Quantity;
import io.lavastream.engine.fidelity.CaseResult.Status;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Collects the differences of one case, quantity by quantity. Used by one thread. */
final class Comparison {
    private final Map<String, Quantity> quantities = new LinkedHashMap<>();
    private final List<String> remarks = new ArrayList<>();

    /** Compares two numbers; a quantity that is compared several times keeps its worst difference. */
    Comparison close(String quantity, double found, double expected, double tolerance) {
        return differs(quantity, Math.abs(found - expected), tolerance);
    }

    /** Compares two arrays of one length. */
    Comparison close(String quantity, float[] found, float[] expected, double tolerance) {
        if (found.length != expected.length) {
            return wrong(quantity, found.length + " values", expected.length + " values");
        }
        double worst = 0;
        for (int i = 0; i < found.length; i++) {
            worst = worse(worst, Math.abs((double) found[i] - expected[i]));
        }
        return differs(quantity, worst, tolerance);
    }

    /** Notes that the largest difference of {@code quantity} is at least {@code difference}. */
    Comparison differs(String quantity, double difference, double tolerance) {
        quantities.merge(
                quantity,
                new Quantity(quantity, worse(0, difference), tolerance),
                (old, now) -> now.worst() > old.worst() ? now : old);
        return this;
    }

    /** Compares two values that must be equal; the first that are not are named. */
    Comparison equal(String quantity, Object found, Object expected) {
        return Objects.equals(found, expected)
                ? differs(quantity, 0, 0)
                : wrong(quantity, found, expected);
    }

    /** Compares two lists of ids, and names the first place where they part. */
    Comparison equal(String quantity, int[] found, int[] expected) {
        int shared = Math.min(found.length, expected.length);
        for (int i = 0; i < shared; i++) {
            if (found[i] != expected[i]) {
                return wrong("%s[%d]".formatted(quantity, i), found[i], expected[i]);
            }
        }
        return equal(
                quantity + (found.length == expected.length ? "" : " length"),
                found.length,
                expected.length);
    }

    /** Says something beside the differences. */
    Comparison remark(String text) {
        remarks.add(text);
        return this;
    }

    CaseResult result(CaseKind kind, String name) {
        if (quantities.isEmpty()) {
            return CaseResult.miss(kind, name, "nothing to compare (expected: some result)");
        }
        boolean holds = quantities.values().stream().allMatch(Quantity::holds);
        return new CaseResult(
                kind,
                name,
                holds ? Status.OK : Status.MISS,
                List.copyOf(quantities.values()),
                String.join("; ", remarks));
    }

    private Comparison wrong(String quantity, Object found, Object expected) {
        Quantity before = quantities.get(quantity);
        remark("%s: %s (expected: %s)".formatted(quantity, found, expected));
        return differs(quantity, before == null ? 1 : before.worst() + 1, 0);
    }

    /** The larger of two; what is no number is larger than all. */
    private static double worse(double worst, double difference) {
        return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
    }
}
