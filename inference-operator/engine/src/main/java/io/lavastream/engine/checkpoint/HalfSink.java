package io.lavastream.engine.checkpoint;

/** Takes a tensor's values as the bits of a 16-bit float type, piece by piece and in order. */
@FunctionalInterface
public interface HalfSink {
    /**
     * Takes the next piece.
     *
     * @param offset index of the first value of this piece within the tensor, in C order
     * @param bits the piece; valid during the call only
     * @param count how many of {@code bits}, from its start, belong to the piece
     */
    void accept(long offset, short[] bits, int count);
}
