package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.OriginalCheckpoint;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import io.lavastream.engine.image.PixelValues;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One set of weights gives the same numbers in either layout. */
class LlavaModelLayoutTest {
    private static final ModelSettings SETTINGS = new ModelSettings(1, 32, 32, 8, 1);
    private static final PromptChunk PROMPT =
            new PromptChunk(new int[] {1, 2, 3}, new int[] {-1, -1, -1}, new float[0]);

    @TempDir Path models;

    private final TinyCheckpoint tiny = new TinyCheckpoint(1);

    @Test
    void theOriginalLayoutGivesTheSameNumbers() {
        OriginalCheckpoint original = new OriginalCheckpoint(tiny);
        original.writeTower(models.resolve("tower"));
        original.write(models.resolve("original"));
        tiny.write(models.resolve("hf"));

        try (LlavaModel expected = load("hf");
                LlavaModel found = load("original")) {
            assertThat(found.prefill(0, 0, PROMPT)).containsExactly(expected.prefill(0, 0, PROMPT));
            assertThat(found.encodeImage(image())).containsExactly(expected.encodeImage(image()));
        }
    }

    @Test
    void tiedEmbeddingsAreTheOutputMatrixInTheOriginalLayout() {
        OriginalCheckpoint original = new OriginalCheckpoint(tiny);
        original.writeTower(models.resolve("tower"));
        original.tensors()
                .put("lm_head.weight", original.tensors().get("model.embed_tokens.weight"));
        original.write(models.resolve("explicit"));
        original.tensors().remove("lm_head.weight");
        original.config().put("tie_word_embeddings", true);
        original.write(models.resolve("tied"));

        try (LlavaModel explicit = load("explicit");
                LlavaModel tied = load("tied")) {
            assertThat(tied.prefill(0, 0, PROMPT))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(explicit.prefill(0, 0, PROMPT));
        }
    }

    private LlavaModel load(String name) {
        try (Checkpoint checkpoint = Checkpoint.open(models.resolve(name))) {
            return LlavaModel.open(checkpoint, SETTINGS, new BitSet(), LoadProgress.NONE);
        }
    }

    private static PixelValues image() {
        int side = TinyCheckpoint.IMAGE_SIZE;
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        return new PixelValues(side, values);
    }
}
