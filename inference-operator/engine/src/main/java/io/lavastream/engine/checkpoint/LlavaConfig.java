package io.lavastream.engine.checkpoint;

import java.util.List;
import java.util.OptionalInt;

/**
 * What a LLaVA model is, read from {@code config.json} and {@code generation_config.json}.
 * Immutable.
 *
 * @param layout the way in which it is published
 * @param vision the vision tower
 * @param text the language model
 * @param projector from vision features to the language model's width
 * @param visionLayers encoder layers to run: those below the selected hidden state
 * @param features which rows of that hidden state are used
 * @param images how images are prepared and written into a prompt
 * @param imageTokenId the placeholder that the tokenizer has for an image; the original layout has
 *     none in its vocabulary
 * @param padTokenId the padding token, if the model names one
 * @param eosTokenIds tokens that end an answer; at least one
 * @param maxSequence {@code tokenizer_model_max_length}: where the reference cuts prompt and image
 *     features, if the model says so
 * @param tieWordEmbeddings whether the embedding matrix is also the output matrix
 */
public record LlavaConfig(
        Layout layout,
        ClipVisionConfig vision,
        LlamaConfig text,
        Projector projector,
        int visionLayers,
        FeatureSelection features,
        ImageSettings images,
        OptionalInt imageTokenId,
        OptionalInt padTokenId,
        List<Integer> eosTokenIds,
        OptionalInt maxSequence,
        boolean tieWordEmbeddings) {
    /** The shapes of projector in use. */
    public enum Projector {
        /** One linear layer (LLaVA v1). */
        LINEAR,
        /** Linear, exact GELU, linear (LLaVA-1.5). */
        MLP2X_GELU
    }

    /** The rows of the vision tower's hidden state that become image tokens. */
    public enum FeatureSelection {
        /** One a patch; the class token is dropped ({@code default}, {@code patch}). */
        PATCHES,
        /** The class token, then one a patch ({@code full}, {@code cls_patch}). */
        CLASS_AND_PATCHES
    }

    public LlavaConfig {
        eosTokenIds = List.copyOf(eosTokenIds);
    }

    /** Rows of features, and positions of the prompt, that one image or tile becomes. */
    public int imageTokens() {
        return vision.patches() + (features == FeatureSelection.CLASS_AND_PATCHES ? 1 : 0);
    }
}
