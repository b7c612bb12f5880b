package io.lavastream.engine.cache;

/** Asserts what must hold in the cache's books; a violation is our bug and stops close to its cause. */
final class Bookkeeping {
    private Bookkeeping() {}

    static void verify(boolean holds, String message, int slot) {
        if (!holds) {
            throw new IllegalStateException(message.formatted(slot));
        }
    }
}
