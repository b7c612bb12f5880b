package io.lavastream.loadtests.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;

/** Time by type of operation, from TensorFlow's own trace. */
final class OperationProfile {
    /** Of operations whose label does not say. */
    private static final String UNKNOWN = "?";

    /** A label is {@code name = Type(inputs)}. */
    private static final Pattern LABEL = Pattern.compile("^.*? = ([^(]+)\\(");

    private OperationProfile() {}

    /**
     * All operations of one type.
     *
     * @param milliseconds in all of them
     */
    record Row(String type, int count, double milliseconds) {}

    /** One row a type, the longest first. */
    static List<Row> of(List<RunMetadata> runs) {
        Map<String, Row> rows = new TreeMap<>();
        for (RunMetadata run : runs) {
            for (DeviceStepStats device : run.getStepStats().getDevStatsList()) {
                for (NodeExecStats node : device.getNodeStatsList()) {
                    double milliseconds =
                            (node.getOpEndRelNanos() - node.getOpStartRelNanos()) / 1e6;
                    rows.merge(
                            type(node.getTimelineLabel()),
                            new Row(type(node.getTimelineLabel()), 1, milliseconds),
                            OperationProfile::sum);
                }
            }
        }
        List<Row> sorted = new ArrayList<>(rows.values());
        sorted.sort(Comparator.comparingDouble(Row::milliseconds).reversed());
        return sorted;
    }

    /** A table of {@code rows}, with the rest of {@code wallMilliseconds} that no operation took. */
    static String table(String title, List<Row> rows, double wallMilliseconds) {
        double sum = rows.stream().mapToDouble(Row::milliseconds).sum();
        StringBuilder table =
                new StringBuilder(
                        "%s: %.2f ms traced, %.2f ms of it in %d operations%n"
                                .formatted(
                                        title,
                                        wallMilliseconds,
                                        sum,
                                        rows.stream().mapToInt(Row::count).sum()));
        for (Row row : rows) {
            table.append(
                    "  %-28s %6d %10.2f ms %5.1f %%%n"
                            .formatted(
                                    row.type(),
                                    row.count(),
                                    row.milliseconds(),
                                    100 * row.milliseconds() / wallMilliseconds));
        }
        return table.toString();
    }

    static String type(String label) {
        Matcher matcher = LABEL.matcher(label);
        return matcher.find() ? matcher.group(1).strip() : UNKNOWN;
    }

    private static Row sum(Row a, Row b) {
        return new Row(a.type(), a.count() + b.count(), a.milliseconds() + b.milliseconds());
    }
}
