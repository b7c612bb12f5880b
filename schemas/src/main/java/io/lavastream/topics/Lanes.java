package io.lavastream.topics;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

/** Names of lanes: a lane is a set of topics from end to end, in order of priority. */
public final class Lanes {
    public static final String INTERACTIVE = "interactive";
    public static final String BULK = "bulk";
    public static final List<String> DEFAULT = List.of(INTERACTIVE, BULK);

    /** What fits into a topic name with room for our prefixes. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

    private Lanes() {}

    /** Returns {@code lanes} as an immutable list, or throws {@link IllegalArgumentException} saying what is wrong. */
    public static List<String> checked(List<String> lanes) {
        if (lanes.isEmpty()) {
            throw new IllegalArgumentException("lanes: none (expected: at least one)");
        }
        if (new HashSet<>(lanes).size() != lanes.size()) {
            throw new IllegalArgumentException(
                    "lanes: %s (expected: no name twice)".formatted(lanes));
        }
        for (String lane : lanes) {
            if (!NAME.matcher(lane).matches()) {
                throw new IllegalArgumentException(
                        "lanes: '%s' (expected: lower-case letters, digits and hyphens)"
                                .formatted(lane));
            }
        }
        return List.copyOf(lanes);
    }
}
