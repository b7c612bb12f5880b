package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However matrices are kept, they are the checkpoint's. */
@Tag("vectors")
class KeptMatricesTest {
    private static final ModelSettings SETTINGS = new ModelSettings(1, 32, 32, 8, 1);
    private static final PromptChunk PROMPT =
            new PromptChunk(new int[] {1, 2, 3}, new int[] {-1, -1, -1}, new float[0]);

    @TempDir Path directory;

    private final TinyCheckpoint tiny = new TinyCheckpoint(1);

    @ParameterizedTest
    @EnumSource
    void everyOrderGivesTheSameNumbers(MatrixLayout layout) {
        ModelSettings fiveSlots = SETTINGS.withSlots(5);

        assertThat(logits(fiveSlots.withLayout(layout)))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(logits(fiveSlots.withLayout(MatrixLayout.OUT_IN)));
    }

    @Test
    void theOrderFollowsTheProcessor() throws IOException {
        Path wide = Files.writeString(directory.resolve("wide"), "x: 1\nflags\t: fpu avx2 fma\n");
        Path narrow = Files.writeString(directory.resolve("narrow"), "flags\t: fpu avx fma\n");

        assertThat(MatrixLayout.of(wide, "")).isEqualTo(MatrixLayout.PANELS);
        assertThat(MatrixLayout.of(wide, "AVX2_VNNI")).isEqualTo(MatrixLayout.PANELS);
        assertThat(MatrixLayout.of(narrow, "")).isEqualTo(MatrixLayout.OUT_IN);
        assertThat(MatrixLayout.of(directory.resolve("none"), "")).isEqualTo(MatrixLayout.OUT_IN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"avx", "AVX", "SSE41"})
    void theOrderFollowsWhatOneDnnMayUse(String instructions) throws IOException {
        Path wide = Files.writeString(directory.resolve("wide"), "flags\t: avx2\n");

        assertThat(MatrixLayout.of(wide, instructions)).isEqualTo(MatrixLayout.OUT_IN);
    }

    @Test
    void int8IsTheModelWithItsLayersRoundedRowByRow() {
        float[] exact = logits(SETTINGS);
        float[] int8 = logits(SETTINGS.withWeights(WeightType.INT8));
        tiny.tensors()
                .replaceAll((name, tensor) -> isLayer(name, tensor) ? rounded(tensor) : tensor);

        assertThat(int8).usingComparatorWithPrecision(1e-4f).containsExactly(logits(SETTINGS));
        assertThat(int8).isNotEqualTo(exact);
    }

    @Test
    void int8IsForTheLayersOfTheLanguageModel() {
        assertThat(kept("language_model.model.layers.0.mlp.up_proj.weight"))
                .isEqualTo(WeightType.INT8);
        assertThat(kept("language_model.lm_head.weight")).isEqualTo(WeightType.BF16);
        assertThat(kept("vision_tower.vision_model.encoder.layers.0.mlp.fc1.weight"))
                .isEqualTo(WeightType.BF16);
    }

    private static WeightType kept(String name) {
        return KeptType.of(name, 2, TensorType.BF16, WeightType.INT8);
    }

    private static boolean isLayer(String name, Tensor tensor) {
        return name.startsWith("language_model.model.layers.") && tensor.shape().size() == 2;
    }

    /** To 127 levels on either side, the last one being the row's largest value. */
    private static Tensor rounded(Tensor tensor) {
        int columns = Math.toIntExact(tensor.shape().get(1));
        float[] values = tensor.values().clone();
        for (int start = 0; start < values.length; start += columns) {
            float largest = 0;
            for (int i = start; i < start + columns; i++) {
                largest = Math.max(largest, Math.abs(values[i]));
            }
            for (int i = start; i < start + columns; i++) {
                values[i] = Math.round(values[i] / (largest / 127)) * (largest / 127);
            }
        }
        return new Tensor(tensor.shape(), values);
    }

    /** Of a prompt, and of steps of as many sequences as there are slots, then of one. */
    private float[] logits(ModelSettings settings) {
        try (Checkpoint checkpoint = Checkpoint.open(tiny.write(directory));
                LlavaModel model =
                        LlavaModel.open(checkpoint, settings, new BitSet(), LoadProgress.NONE)) {
            int rows = 1 + model.slots() * (model.slots() + 1) / 2;
            FloatBuffer logits = FloatBuffer.allocate(rows * model.vocabularySize());
            logits.put(model.prefill(0, 0, PROMPT));
            for (int sequences = model.slots(); sequences >= 1; sequences--) {
                int[] slots = IntStream.range(0, sequences).toArray();
                int[] tokens = new int[sequences];
                int[] positions = new int[sequences];
                Arrays.fill(positions, PROMPT.length());
                DecodeBatch batch = new DecodeBatch(slots, tokens, positions, true);
                for (float[] row : model.decode(batch).logits()) {
                    logits.put(row);
                }
            }
            return logits.array();
        }
    }
}
