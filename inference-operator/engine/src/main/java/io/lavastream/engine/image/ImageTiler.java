package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts an image into tiles, so that the vision tower sees it at a higher resolution than its own:
 * the whole image first, then, row by row, the tiles of a black canvas that the image is resized to
 * fit. Source: {@code haotian-liu/LLaVA: llava/mm_utils.py: process_anyres_image}; LLaVA-1.5-HD
 * (arXiv 2310.03744, appendix) differs in the whole image, which is padded and not squeezed.
 *
 * <p>No canvas is ever built; memory beside the image is that of a tile and of its part of the
 * resize.
 */
public final class ImageTiler implements ImageInput {
    private final boolean squeezes;
    private final TileSettings settings;
    private final int size;
    private final ImageDecoder decoder;
    private final ImagePreprocessor preprocessor;

    /** With the {@link ImageLimits#defaults() default limits}. */
    public ImageTiler(ImagePreprocessing preprocessing, TileSettings settings) {
        this(preprocessing, settings, ImageLimits.defaults());
    }

    /**
     * @throws IllegalArgumentException if the mode is not one of tiles, or a canvas is not whole
     *     tiles
     */
    public ImageTiler(ImagePreprocessing preprocessing, TileSettings settings, ImageLimits limits) {
        this.settings = requireNonNull(settings, "settings");
        this.size = preprocessing.size();
        this.squeezes =
                switch (preprocessing.mode()) {
                    case ANYRES -> true;
                    case HD -> false;
                    case PAD, CROP ->
                            throw new IllegalArgumentException(
                                    "mode: %s (expected: ANYRES or HD)"
                                            .formatted(preprocessing.mode()));
                };
        for (Resolution canvas : settings.canvases()) {
            if (canvas.width() % size != 0 || canvas.height() % size != 0) {
                throw new IllegalArgumentException(
                        "canvas: %s (expected: multiples of %d)".formatted(canvas, size));
            }
        }
        this.decoder = new ImageDecoder(limits);
        this.preprocessor = new ImagePreprocessor(preprocessing.withMode(Mode.PAD), limits);
    }

    @Override
    public FeatureRows rows(EncodedImage image) {
        return rows(tiling(decoder.size(image)));
    }

    @Override
    public TiledImage process(EncodedImage image) {
        RgbImage decoded = decoder.decode(image);
        Tiling tiling = tiling(new Resolution(decoded.width(), decoded.height()));
        return new TiledImage(
                tiles(decoded, tiling).stream().map(preprocessor::normalize).toList(),
                rows(tiling));
    }

    /** The rows of an image that fills its canvas: none has more. */
    @Override
    public int mostRows() {
        return settings.canvases().stream()
                .map(canvas -> rows(Tiling.on(canvas, canvas, size)))
                .mapToInt(FeatureRows::length)
                .max()
                .orElseThrow();
    }

    Tiling tiling(Resolution image) {
        return Tiling.of(image, settings.canvases(), size);
    }

    /** The whole image and the tiles of its canvas, [size, size, 3] each, before normalization. */
    List<byte[]> tiles(RgbImage image, Tiling tiling) {
        List<byte[]> tiles = new ArrayList<>();
        tiles.add(whole(image));
        for (int row = 0; row < tiling.rows(); row++) {
            for (int column = 0; column < tiling.columns(); column++) {
                tiles.add(tile(image, tiling, column * size, row * size));
            }
        }
        return tiles;
    }

    private byte[] whole(RgbImage image) {
        return squeezes
                ? BicubicResize.window(Canvas.of(image), size, size, 0, 0, size, size)
                : preprocessor.resize(image);
    }

    /** The part of the canvas that begins at {@code x}, {@code y}. */
    private byte[] tile(RgbImage image, Tiling tiling, int x, int y) {
        Resolution resized = tiling.resized();
        int left = Math.max(x, tiling.left());
        int top = Math.max(y, tiling.top());
        int width = Math.min(x + size, tiling.left() + resized.width()) - left;
        int height = Math.min(y + size, tiling.top() + resized.height()) - top;
        byte[] black = new byte[3 * size * size];
        if (width <= 0 || height <= 0) {
            return black;
        }
        byte[] part =
                BicubicResize.window(
                        Canvas.of(image),
                        resized.width(),
                        resized.height(),
                        left - tiling.left(),
                        top - tiling.top(),
                        width,
                        height);
        for (int row = 0; row < height; row++) {
            int to = 3 * ((top - y + row) * size + left - x);
            System.arraycopy(part, 3 * row * width, black, to, 3 * width);
        }
        return black;
    }

    private FeatureRows rows(Tiling tiling) {
        return settings.merge().rows(tiling, settings.side(), settings.rows());
    }
}
