package io.lavastream.engine.runtime;

import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.List;

/**
 * A request made ready for the model.
 *
 * @param prompt with a placeholder for each of {@code images}
 * @param images in the order of their placeholders
 * @param answer empty yet
 */
record PreparedRequest(PromptTokens prompt, List<PixelValues> images, Answer answer) {
    PreparedRequest {
        images = List.copyOf(images);
    }
}
