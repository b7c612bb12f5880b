package io.lavastream.serialization;

/** What a record's bytes turned out to be. Bad bytes are an ordinary event, not an exception. */
public sealed interface Decoded<T> {
    /** The record. */
    record Value<T>(T value) implements Decoded<T> {}

    /** Bytes that are no such record, whatever is tried. {@code reason} is for the dead letter's header. */
    record Undecodable<T>(String reason) implements Decoded<T> {}
}
