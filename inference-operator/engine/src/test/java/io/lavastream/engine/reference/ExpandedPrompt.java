package io.lavastream.engine.reference;

import io.lavastream.engine.model.PromptChunk;
import java.util.Arrays;
import java.util.List;

/** A case's prompt with every image placeholder expanded to feature rows, to be cut into chunks. */
public final class ExpandedPrompt {
    private final int[] tokenIds;
    private final int[] featureRows;
    private final float[] features;

    private ExpandedPrompt(int[] tokenIds, int[] featureRows, float[] features) {
        this.tokenIds = tokenIds;
        this.featureRows = featureRows;
        this.features = features;
    }

    /** {@code images} has the features of each image, [imageTokens, hidden size] flattened. */
    public static ExpandedPrompt of(GoldenCase golden, List<float[]> images, int imageTokens) {
        int length = golden.sequenceLength();
        int[] tokenIds = new int[length];
        int[] featureRows = new int[length];
        int position = 0;
        int row = 0;
        for (int id : golden.inputIds()) {
            if (id == golden.imagePlaceholder()) {
                for (int i = 0; i < imageTokens; i++) {
                    featureRows[position++] = row++;
                }
            } else {
                featureRows[position] = -1;
                tokenIds[position++] = id;
            }
        }
        if (position != length) {
            throw new IllegalStateException(
                    "%d positions (expected: %d)".formatted(position, length));
        }
        return new ExpandedPrompt(tokenIds, featureRows, joined(images));
    }

    public int length() {
        return tokenIds.length;
    }

    /** Positions {@code from} to {@code to}, exclusive. */
    public PromptChunk chunk(int from, int to) {
        return new PromptChunk(
                Arrays.copyOfRange(tokenIds, from, to),
                Arrays.copyOfRange(featureRows, from, to),
                features);
    }

    private static float[] joined(List<float[]> images) {
        float[] joined = new float[images.stream().mapToInt(image -> image.length).sum()];
        int offset = 0;
        for (float[] image : images) {
            System.arraycopy(image, 0, joined, offset, image.length);
            offset += image.length;
        }
        return joined;
    }
}
