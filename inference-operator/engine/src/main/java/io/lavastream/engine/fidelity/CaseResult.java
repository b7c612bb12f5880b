package io.lavastream.engine.fidelity;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What came of one case. Immutable.
 *
 * @param name of the case, unique in its kind
 * @param quantities what was compared, in order
 * @param remark why it missed or is not served, or what else is to be said; may be empty
 */
public record CaseResult(
        CaseKind kind, String name, Status status, List<Quantity> quantities, String remark) {
    /** How a case ended. */
    public enum Status {
        /** All that was compared is equal, or within its tolerance. */
        OK("ok"),
        /** Something differs, or the case could not be run. */
        MISS("MISS"),
        /** It asks for what the engine does not offer. */
        NOT_SERVED("not served");

        private final String words;

        Status(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /**
     * A quantity that was compared.
     *
     * @param worst largest difference; for a quantity without tolerance the number of values that
     *     differ
     * @param tolerance largest difference allowed; 0 for what must be equal
     */
    public record Quantity(String name, double worst, double tolerance) {
        /** Whether the difference is allowed; one that is not a number never is. */
        public boolean holds() {
            return worst <= tolerance;
        }

        @Override
        public String toString() {
            if (tolerance == 0) {
                return worst == 0 ? name + " equal" : "%s %.0f differ".formatted(name, worst);
            }
            return String.format(Locale.ROOT, "%s %.1e/%.0e", name, worst, tolerance);
        }
    }

    public CaseResult {
        quantities = List.copyOf(quantities);
    }

    static CaseResult miss(CaseKind kind, String name, String reason) {
        return new CaseResult(kind, name, Status.MISS, List.of(), reason);
    }

    static CaseResult miss(CaseKind kind, String name, Throwable failure) {
        return miss(kind, name, describe(failure));
    }

    static CaseResult notServed(CaseKind kind, String name, String what) {
        return new CaseResult(kind, name, Status.NOT_SERVED, List.of(), what);
    }

    /** One line: kind, name, what was compared with worst difference and tolerance, status. */
    @Override
    public String toString() {
        String compared =
                quantities.stream().map(Quantity::toString).collect(Collectors.joining(", "));
        String said = compared.isEmpty() || remark.isEmpty() ? "" : "; ";
        return "%-10s %s: %s%s%s: %s"
                .formatted(
                        kind.name().toLowerCase(Locale.ROOT),
                        name,
                        compared,
                        said,
                        remark.replaceAll("\\s*\\R\\s*", " "),
                        status);
    }

    private static String describe(Throwable failure) {
        String message = failure.getMessage();
        return message == null
                ? failure.getClass().getSimpleName()
                : "%s: %s".formatted(failure.getClass().getSimpleName(), message);
    }
}
