package io.lavastream.engine.fidelity;

import io.lavastream.engine.fidelity.CaseResult.Quantity;
import io.lavastream.engine.fidelity.CaseResult.Status;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The results of a run, counted. Used by one thread. */
public final class FidelityReport {
    private final Consumer<CaseResult> listener;
    private final Map<CaseKind, Map<Status, Integer>> counts = new EnumMap<>(CaseKind.class);
    private final Map<CaseKind, Map<String, Quantity>> worst = new EnumMap<>(CaseKind.class);

    FidelityReport(Consumer<CaseResult> listener) {
        this.listener = listener;
    }

    void add(CaseResult result) {
        counts.computeIfAbsent(result.kind(), kind -> new EnumMap<>(Status.class))
                .merge(result.status(), 1, Integer::sum);
        for (Quantity quantity : result.quantities()) {
            if (quantity.tolerance() > 0) {
                worst.computeIfAbsent(result.kind(), kind -> new LinkedHashMap<>())
                        .merge(
                                quantity.name(),
                                quantity,
                                (old, now) -> now.worst() > old.worst() ? now : old);
            }
        }
        listener.accept(result);
    }

    /** Cases of {@code kind} that ended so. */
    public int count(CaseKind kind, Status status) {
        return counts.getOrDefault(kind, Map.of()).getOrDefault(status, 0);
    }

    /** Cases that ended so. */
    public int count(Status status) {
        int count = 0;
        for (CaseKind kind : CaseKind.values()) {
            count += count(kind, status);
        }
        return count;
    }

    /** Whether nothing missed. */
    public boolean holds() {
        return count(Status.MISS) == 0;
    }

    /** One line a kind that had cases: how many, how they ended, and the worst differences. */
    public List<String> totals() {
        List<String> lines = new ArrayList<>();
        counts.forEach((kind, ended) -> lines.add(total(kind, ended)));
        return lines;
    }

    private String total(CaseKind kind, Map<Status, Integer> ended) {
        int all = ended.values().stream().mapToInt(Integer::intValue).sum();
        String statuses =
                ended.entrySet().stream()
                        .map(entry -> "%d %s".formatted(entry.getValue(), entry.getKey()))
                        .collect(Collectors.joining(", "));
        String differences =
                worst.getOrDefault(kind, Map.of()).values().stream()
                        .map(Quantity::toString)
                        .collect(Collectors.joining(", "));
        return "total %-10s %4d cases: %s%s"
                .formatted(
                        kind.name().toLowerCase(Locale.ROOT),
                        all,
                        statuses,
                        differences.isEmpty() ? "" : "; worst: " + differences);
    }
}
