package io.lavastream.engine.checkpoint;

/** Takes a tensor's values as they are read, piece by piece and in order. */
@FunctionalInterface
public interface FloatSink {
    /**
     * Takes the next piece.
     *
     * @param offset index of the first value of this piece within the tensor, in C order
     * @param values the piece; valid during the call only
     * @param count how many of {@code values}, from its start, belong to the piece
     */
    void accept(long offset, float[] values, int count);
}
