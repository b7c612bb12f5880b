package io.lavastream.engine.checkpoint;

import java.util.List;

/**
 * How a checkpoint wants its images, as far as {@code config.json} says so. Immutable.
 *
 * @param aspect what becomes of an image that is not square ({@code image_aspect_ratio}); the
 *     Hugging Face layout says it elsewhere, in {@code preprocessor_config.json}
 * @param merge how the features of an image's tiles are put together ({@code mm_patch_merge_type});
 *     used with {@link Aspect#ANYRES}
 * @param gridPinpoints the canvases that tiles may cover ({@code image_grid_pinpoints}), in the
 *     file's order, which decides between equals; used with {@link Aspect#ANYRES}
 * @param patchToken whether the tokenizer has {@code <im_patch>} ({@code mm_use_im_patch_token})
 * @param startEnd whether {@code <im_start>} and {@code <im_end>} stand around an image ({@code
 *     mm_use_im_start_end})
 */
public record ImageSettings(
        Aspect aspect,
        PatchMerge merge,
        List<Canvas> gridPinpoints,
        boolean patchToken,
        boolean startEnd) {
    /** What becomes of an image that is not square. */
    public enum Aspect {
        /** Its centre is kept: the reference does so where the key is absent. */
        CROP,
        /** Set on a square of the mean colour. */
        PAD,
        /** Cut into tiles on the best canvas. */
        ANYRES
    }

    /** How the features of an image's tiles are put together. */
    public enum PatchMerge {
        /** Tile after tile. */
        FLAT,
        /** The tiles as one map, row by row. */
        SPATIAL,
        /** Likewise, without padding, and {@code image_newline} after each row. */
        SPATIAL_UNPAD
    }

    /**
     * A canvas for tiles, in pixels.
     *
     * @param width across
     * @param height down
     */
    public record Canvas(int width, int height) {}

    /** Images as the Hugging Face layout has them. */
    static final ImageSettings CROP =
            new ImageSettings(Aspect.CROP, PatchMerge.FLAT, List.of(), false, false);

    public ImageSettings {
        gridPinpoints = List.copyOf(gridPinpoints);
    }
}
