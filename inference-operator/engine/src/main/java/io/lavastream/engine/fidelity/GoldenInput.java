package io.lavastream.engine.fidelity;

import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.prompt.ImageMarkers;
import io.lavastream.engine.runtime.ExpandedPrompt;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A case, prepared for its model.
 *
 * @param config the model's, with the changes of the case
 * @param model not owned
 * @param prompt laid out by position
 * @param tiles of all images, in order
 * @param features one a tile: [image tokens, hidden size] flattened
 */
record GoldenInput(
        GoldenCase golden,
        LlavaConfig config,
        Tokenizer tokenizer,
        Optional<ImageMarkers> markers,
        LlavaModel model,
        TokenEmbeddings embeddings,
        ExpandedPrompt prompt,
        List<PixelValues> tiles,
        List<float[]> features)
        implements BatchPrompt {
    GoldenInput {
        tiles = List.copyOf(tiles);
        features = List.copyOf(features);
    }

    @Override
    public int length() {
        return prompt.length();
    }

    PromptChunk chunk(int start, int length) {
        return prompt.chunk(start, length, features::get, model.rowEnd());
    }

    @Override
    public float[] prefill(int slot, int piece) {
        float[] logits = new float[0];
        for (int start = 0; start < length(); start += piece) {
            logits = model.prefill(slot, start, chunk(start, Math.min(piece, length() - start)));
        }
        return logits;
    }

    @Override
    public Collection<Integer> ends() {
        return config.eosTokenIds();
    }
}
