package io.lavastream.engine;

/**
 * Follows an answer while it grows. Calls come one at a time and in order, from a thread that is not the
 * engine's: a slow listener delays only itself. An exception it throws is logged and ends its calls.
 */
@FunctionalInterface
public interface GenerationListener {
    GenerationListener NONE = piece -> {};

    /** The next piece of the answer. All pieces joined are the final text before stripping. */
    void onText(String piece);
}
