package io.lavastream.engine.image;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;

/**
 * From an image file to what the vision tower sees of it, and to its rows in a prompt. Safe for use
 * by several threads.
 */
public interface ImageInput {
    /**
     * The rows that {@code image} will have, from its header: nothing is decoded.
     *
     * @throws EngineException as {@link ImageDecoder#decode} before it decodes
     */
    FeatureRows rows(EncodedImage image);

    /**
     * Decodes and prepares {@code image}.
     *
     * @throws EngineException as {@link ImageDecoder#decode}
     */
    TiledImage process(EncodedImage image);

    /** Rows that an image has at most. */
    int mostRows();
}
