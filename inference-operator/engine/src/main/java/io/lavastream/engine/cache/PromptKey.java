package io.lavastream.engine.cache;

import io.lavastream.engine.image.ImageDigest;
import java.util.Arrays;
import java.util.List;

/**
 * What a prompt is, position by position: the key under which the computation over its beginning is found again. Keys are
 * compared themselves, not by a hash. Good within one model, as one engine serves it. Immutable.
 */
public final class PromptKey {
    private final int[] symbols;
    private final List<ImageDigest> images;

    /**
     * @param symbols one a position: a token id, or for a row of the prompt's n-th image, from 0, the number {@code -1 - n}
     * @param images digests, in order
     */
    public PromptKey(int[] symbols, List<ImageDigest> images) {
        this.symbols = symbols.clone();
        this.images = List.copyOf(images);
    }

    /** Positions of the prompt. */
    public int length() {
        return symbols.length;
    }

    /** Positions from the first on in which both are equal. */
    public int commonPrefix(PromptKey other) {
        int mismatch = Arrays.mismatch(symbols, other.symbols);
        int common = mismatch < 0 ? symbols.length : mismatch;
        for (int image = 0; image < Math.min(images.size(), other.images.size()); image++) {
            if (!images.get(image).equals(other.images.get(image))) {
                return Math.min(common, firstRow(image));
            }
        }
        return common;
    }

    /** Positions from {@code from} on, at most {@code count}, in which this prompt goes on with {@code tokens}. */
    int continuesWith(int from, int[] tokens, int count) {
        int end = from;
        while (end < symbols.length && end - from < count && symbols[end] == tokens[end - from]) {
            end++;
        }
        return end - from;
    }

    private int firstRow(int image) {
        int position = 0;
        while (position < symbols.length && symbols[position] != -1 - image) {
            position++;
        }
        return position;
    }
}
