package io.lavastream.engine.checkpoint.synthetic;

import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import java.util.stream.Stream;

/** Sizes of models: the two that LLaVA-1.5 is published in, two to measure with, and one for tests. */
public enum ModelShape {
    /** LLaVA-1.5 7B. */
    LLAVA_7B("7b"),
    /** LLaVA-1.5 13B. */
    LLAVA_13B("13b"),
    /** The real vision tower and a language model of one billion parameters. */
    MEDIUM("medium"),
    /** The real vision tower and a language model of a quarter of a billion parameters. */
    SMALL("small"),
    /** Loads in a second. */
    TINY("tiny");

    private static final int MAX_POSITIONS = 4096;
    private static final int IMAGE_SIZE = 336;
    private static final int PATCH_SIZE = 14;
    private static final float EPSILON = 1e-5f;
    private static final double ROPE_BASE = 10_000;

    private final String label;

    ModelShape(String label) {
        this.label = label;
    }

    /** As it is typed: {@code 7b}, {@code medium}. */
    public String label() {
        return label;
    }

    /**
     * The shape of this {@link #label}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ModelShape labelled(String label) {
        return Stream.of(values())
                .filter(shape -> shape.label.equals(label))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "shape: %s (expected: 7b, 13b, medium, small or tiny)"
                                                .formatted(label)));
    }

    /** The language model, with {@code vocabulary} rows of embeddings. */
    LlamaConfig text(int vocabulary) {
        return switch (this) {
            case LLAVA_7B -> llama(vocabulary, 4096, 11_008, 32, 32);
            case LLAVA_13B -> llama(vocabulary, 5120, 13_824, 40, 40);
            case MEDIUM -> llama(vocabulary, 2048, 5632, 16, 16);
            case SMALL -> llama(vocabulary, 1024, 2816, 16, 16);
            case TINY -> llama(vocabulary, 96, 256, 3, 3);
        };
    }

    /** CLIP ViT-L/14 for 336 pixels, or one as small as the model. */
    ClipVisionConfig vision() {
        return this == TINY ? clip(64, 128, 4, 2) : clip(1024, 4096, 24, 16);
    }

    private static LlamaConfig llama(
            int vocabulary, int hiddenSize, int intermediateSize, int layers, int heads) {
        return new LlamaConfig(
                vocabulary,
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                heads,
                hiddenSize / heads,
                MAX_POSITIONS,
                EPSILON,
                ROPE_BASE);
    }

    private static ClipVisionConfig clip(
            int hiddenSize, int intermediateSize, int layers, int heads) {
        return new ClipVisionConfig(
                hiddenSize,
                intermediateSize,
                layers,
                heads,
                IMAGE_SIZE,
                PATCH_SIZE,
                ClipVisionConfig.Activation.QUICK_GELU,
                EPSILON);
    }
}
