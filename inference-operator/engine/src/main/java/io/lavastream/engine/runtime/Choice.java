package io.lavastream.engine.runtime;

/**
 * A setting in use.
 *
 * @param origin what it follows from, in words
 */
record Choice(String value, String origin) {
    /** The configuration has it, and comes before anything that the model's own files say. */
    static final String AS_SET = "as set";

    static Choice set(String value) {
        return new Choice(value, AS_SET);
    }
}
