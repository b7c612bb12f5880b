package io.lavastream.loadtests.bench;

import java.util.Locale;
import java.util.stream.Stream;

/** Parts of the benchmark that can be run without the others. */
enum Stage {
    MEMORY,
    OVERHEAD,
    REUSE,
    MIXED,
    GAP,
    LOAD,
    VISION,
    PREFILL,
    DECODE,
    FLOORS;

    /** As it is typed. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static String labels() {
        return String.join(", ", Stream.of(values()).map(Stage::label).toList());
    }
}
