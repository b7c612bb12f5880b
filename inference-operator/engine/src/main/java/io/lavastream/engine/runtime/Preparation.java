package io.lavastream.engine.runtime;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.PromptTokens;
import java.util.List;

/**
 * All that is done to a request before the model: text to tokens, files to pixels. In steps, so that what is cheap and can
 * refuse comes first. Called by several threads; each step throws an {@link io.lavastream.engine.EngineException} where the request
 * is at fault.
 */
interface Preparation {
    /** The rendered and tokenized prompt. */
    PromptTokens prompt(GenerationRequest request);

    /** The rows of the prompt that each image will have, in order; no image is decoded for them. */
    List<FeatureRows> rows(GenerationRequest request);

    /** One of a request's images, decoded and preprocessed. */
    TiledImage image(EncodedImage image);

    /** The empty answer, with how its tokens are to be chosen. */
    Answer answer(GenerationRequest request);
}
