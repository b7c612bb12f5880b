package io.lavastream.ingest;

/** Checks of settings, in words that an operator understands. */
final class Require {
    private Require() {}

    static void require(boolean condition, String setting, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(setting, found, expected));
        }
    }
}
