package io.lavastream.engine.model;

/**
 * Consecutive positions of a prompt, each a token or a row of image features.
 *
 * @param tokenIds one a position; ignored where {@code featureRows} is not negative
 * @param featureRows one a position: row of {@code features}, or -1 for a token
 * @param features [rows, hidden size] flattened; empty where the chunk has no image
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from loop to model, never compared or kept.
public record PromptChunk(int[] tokenIds, int[] featureRows, float[] features) {
    public int length() {
        return tokenIds.length;
    }
}
