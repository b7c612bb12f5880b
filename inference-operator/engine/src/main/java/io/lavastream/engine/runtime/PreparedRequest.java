package io.lavastream.engine.runtime;

import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.List;

/**
 * A request made ready for the model.
 *
 * @param prompt laid out by position
 * @param tiles of all images, in order
 * @param answer empty yet
 */
record PreparedRequest(ExpandedPrompt prompt, List<PixelValues> tiles, Answer answer) {
    PreparedRequest {
        tiles = List.copyOf(tiles);
    }

    /**
     * @param images in the order of the placeholders of {@code prompt}
     * @param tileRows feature rows of a tile
     */
    static PreparedRequest of(
            PromptTokens prompt,
            List<TiledImage> images,
            int tileRows,
            PromptLimit limit,
            Answer answer) {
        List<FeatureRows> rows = images.stream().map(TiledImage::rows).toList();
        return new PreparedRequest(
                limit.apply(ExpandedPrompt.of(prompt, rows, tileRows)),
                images.stream().flatMap(image -> image.tiles().stream()).toList(),
                answer);
    }
}
