package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EncodedImage;
import java.util.List;

/** LLaVA-1.5: an image is one tile, padded or cropped. */
public final class OneTile implements ImageInput {
    private final ImagePreprocessor preprocessor;
    private final FeatureRows rows;

    /** @param rows that the tower gives for a tile */
    public OneTile(ImagePreprocessor preprocessor, int rows) {
        this.preprocessor = requireNonNull(preprocessor, "preprocessor");
        this.rows = FeatureRows.oneTile(rows);
    }

    @Override
    public FeatureRows rows(EncodedImage image) {
        return rows;
    }

    @Override
    public TiledImage process(EncodedImage image) {
        return new TiledImage(List.of(preprocessor.process(image)), rows);
    }

    @Override
    public int mostRows() {
        return rows.length();
    }
}
