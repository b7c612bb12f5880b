package io.lavastream.engine.runtime;

import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.ImageDigest;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.scheduler.Prompt;
import java.util.List;

/**
 * A request made ready for the model.
 *
 * @param prompt laid out by position
 * @param scheduled the same as the scheduler sees it, with the pixels of its images
 * @param answer empty yet
 */
record PreparedRequest(ExpandedPrompt prompt, Prompt scheduled, Answer answer) {
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
        ExpandedPrompt expanded = limit.apply(ExpandedPrompt.of(prompt, rows, tileRows));
        List<ImageDigest> digests = images.stream().map(ImageDigest::of).toList();
        return new PreparedRequest(
                expanded,
                new Prompt(expanded.key(digests), expanded.tiles(images, digests)),
                answer);
    }
}
