package io.lavastream.loadtests.bench;

import io.lavastream.engine.model.PromptChunk;
import java.util.Arrays;

/**
 * A prompt as a model takes it.
 *
 * @param tokens one a position; ignored where {@code rows} is not negative
 * @param rows one a position: row of {@code features}, or -1 for a token
 * @param features [rows, hidden size] flattened
 */
@SuppressWarnings("ArrayRecordComponent") // Handed to a model, never compared.
record Prompt(int[] tokens, int[] rows, float[] features) {
    int length() {
        return tokens.length;
    }

    PromptChunk chunk(int from, int to) {
        return new PromptChunk(
                Arrays.copyOfRange(tokens, from, to), Arrays.copyOfRange(rows, from, to), features);
    }
}
