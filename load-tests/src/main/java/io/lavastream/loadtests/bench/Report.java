package io.lavastream.loadtests.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Collects figures, each with its goal, and hands them on as they come. Not thread-safe. */
public final class Report {
    private final Goals goals;
    private final Consumer<Figure> listener;
    private final List<Figure> figures = new ArrayList<>();

    Report(Goals goals, Consumer<Figure> listener) {
        this.goals = goals;
        this.listener = listener;
    }

    /** Takes a figure; a goal that it brings along stays. */
    public void add(Figure figure) {
        Figure aimed = figure.goal().isPresent() ? figure : goals.on(figure);
        figures.add(aimed);
        listener.accept(aimed);
    }

    List<Figure> figures() {
        return List.copyOf(figures);
    }

    /** Figures whose goal was measured and is not met. */
    List<Figure> missed() {
        return figures.stream().filter(figure -> !figure.met().orElse(true)).toList();
    }

    /** Goals about what was not measured, such as {@code decode@8: peer_ratio >= 1.15}. */
    List<String> unmeasured() {
        Map<String, Goal> open = new TreeMap<>(goals.all());
        for (Figure figure : figures) {
            figure.goal().ifPresent(goal -> open.put(figure.key(), goal));
            figure.met().ifPresent(met -> open.remove(figure.key()));
        }
        return open.entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue().describe())
                .toList();
    }
}
