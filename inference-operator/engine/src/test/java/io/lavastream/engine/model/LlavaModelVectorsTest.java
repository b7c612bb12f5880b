package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.checkpoint.synthetic.SyntheticCheckpoint;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.kernels.VectorSupport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.proto.NodeDef;

/** What the JVM's vectors compute, matrices and attention, is what TensorFlow's own operations compute. */
@Tag("vectors")
class LlavaModelVectorsTest {
    private static final float TOLERANCE = 1e-4f;
    private static final int SLOTS = 5;
    private static final ModelSettings SETTINGS = new ModelSettings(SLOTS, 256, 100, 32, 2);

    @TempDir static Path directory;
    private static LlavaModel vectors;
    private static LlavaModel plain;

    private final Random random = new Random(3);

    @BeforeAll
    static void open() {
        assertThat(VectorSupport.missing()).isEmpty();
        write(directory, TensorType.F32);
        vectors = open(directory, SETTINGS.withLayout(MatrixLayout.VECTORS));
        plain = open(directory, SETTINGS.withLayout(MatrixLayout.OUT_IN));
        vectors.warmUp(Duration.ofNanos(1), System::nanoTime); // the JIT compiler's, too
    }

    private static void write(Path directory, TensorType type) {
        new SyntheticCheckpoint(Layout.HUGGING_FACE, ModelShape.TINY, type, OptionalInt.empty(), 1)
                .write(directory, LoadProgress.NONE);
    }

    private static LlavaModel open(Path directory, ModelSettings settings) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return LlavaModel.open(checkpoint, settings, new BitSet(), LoadProgress.NONE);
        }
    }

    @AfterAll
    static void close() {
        vectors.close();
        plain.close();
    }

    @Test
    void matricesAndAttentionAreTheirs() {
        assertThat(vectors.graphDef().getNodeList())
                .extracting(NodeDef::getOp)
                .contains(
                        "LavastreamProductRmsNorm",
                        "LavastreamFeedForwardRmsNormSwiGluThenResidual",
                        "LavastreamProductResidual",
                        "LavastreamDecoderLayerRmsNormThenThenRmsNormSwiGluThen",
                        "LavastreamPromptAttention",
                        "LavastreamFeedForwardLayerNormBiasQuickGeluThenBiasResidual",
                        "LavastreamSelfAttentionLayerNormBiasThenBiasResidual");
        assertThat(plain.graphDef().getNodeList())
                .extracting(NodeDef::getOp)
                .noneMatch(operation -> operation.startsWith("Lavastream"));
    }

    @Test
    void promptsInPiecesAndStepsOfSeveralSequences() {
        int[] lengths = {33, 70, 5, 64, 150};
        for (int slot = 0; slot < SLOTS; slot++) {
            for (int start = 0; start < lengths[slot]; start += 41) {
                PromptChunk chunk = text(Math.min(41, lengths[slot] - start));
                assertThat(vectors.prefill(slot, start, chunk))
                        .containsExactly(plain.prefill(slot, start, chunk), within(TOLERANCE));
            }
        }
        for (int width : new int[] {5, 3, 1, 4}) {
            int[] slots = Arrays.copyOf(new int[] {4, 0, 3, 1, 2}, width);
            int[] tokens = random.ints(width, 0, 1000).toArray();
            int[] positions = Arrays.stream(slots).map(slot -> lengths[slot]++).toArray();
            DecodeBatch batch = new DecodeBatch(slots, tokens, positions, true);

            assertSame(batch);
        }
    }

    @Test
    void images() {
        PixelValues image = noise(336);

        assertThat(vectors.encodeImage(image))
                .containsExactly(plain.encodeImage(image), within(TOLERANCE));
    }

    @Test
    void aPrefixThatWasCopied() {
        PromptChunk prompt = text(60);
        for (LlavaModel model : new LlavaModel[] {vectors, plain}) {
            model.prefill(1, 0, prompt);
            model.copyPrefix(1, 2, 0, 60);
        }

        assertSame(new DecodeBatch(new int[] {2}, new int[] {7}, new int[] {60}, true));
    }

    /** Layer by layer the same as what TensorFlow's operations make of weights that are kept so. */
    @ParameterizedTest
    @EnumSource(
            value = WeightType.class,
            names = {"FP16", "BF16", "INT8"})
    void weightsKeptInLess(WeightType weights, @TempDir Path halves) {
        write(halves, weights == WeightType.BF16 ? TensorType.BF16 : TensorType.F16);
        ModelSettings kept = SETTINGS.withWeights(weights);
        try (LlavaModel found = open(halves, kept.withLayout(MatrixLayout.VECTORS));
                LlavaModel expected = open(halves, kept.withLayout(MatrixLayout.OUT_IN))) {
            assertThat(found.graphDef().getNodeList())
                    .extracting(NodeDef::getOp)
                    .contains(
                            "LavastreamFeedForwardOfFloat16LayerNormBiasQuickGeluThenOfFloat16BiasResidual",
                            "LavastreamSelfAttentionOfFloat16LayerNormBiasThenOfFloat16BiasResidual");
            PromptChunk prompt = text(40);
            for (int slot = 0; slot < 2; slot++) {
                assertThat(found.prefill(slot, 0, prompt))
                        .containsExactly(expected.prefill(slot, 0, prompt), within(TOLERANCE));
            }
            DecodeBatch step =
                    new DecodeBatch(new int[] {1, 0}, new int[] {7, 8}, new int[] {40, 40}, true);
            assertThat(found.decode(step).logits()[1])
                    .containsExactly(expected.decode(step).logits()[1], within(TOLERANCE));
            int side = 336;
            assertThat(found.encodeImage(noise(side)))
                    .containsExactly(expected.encodeImage(noise(side)), within(TOLERANCE));
        }
    }

    /** 16 bits hold what a published checkpoint has, so the same numbers come out, bit by bit. */
    @Test
    void sixteenBitsLoseNothing(@TempDir Path halves) {
        write(halves, TensorType.F16);
        ModelSettings vectors = SETTINGS.withLayout(MatrixLayout.VECTORS);
        try (LlavaModel narrow = open(halves, vectors.withWeights(WeightType.FP16));
                LlavaModel wide = open(halves, vectors.withWeights(WeightType.F32))) {
            PromptChunk prompt = text(90);
            assertThat(narrow.prefill(0, 0, prompt)).containsExactly(wide.prefill(0, 0, prompt));
            DecodeBatch step = new DecodeBatch(new int[] {0}, new int[] {7}, new int[] {90}, true);
            assertThat(narrow.decode(step).logits()[0])
                    .containsExactly(wide.decode(step).logits()[0]);
            assertThat(narrow.encodeImage(noise(336)))
                    .containsExactly(wide.encodeImage(noise(336)));
        }
    }

    private static void assertSame(DecodeBatch batch) {
        StepOutput found = vectors.decode(batch);
        StepOutput expected = plain.decode(batch);
        assertThat(found.greedy()).containsExactly(expected.greedy());
        for (int row = 0; row < batch.size(); row++) {
            assertThat(found.logits()[row])
                    .containsExactly(expected.logits()[row], within(TOLERANCE));
        }
    }

    private static PixelValues noise(int side) {
        float[] values = new float[3 * side * side];
        Random random = new Random(9);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new PixelValues(side, values);
    }

    private PromptChunk text(int length) {
        int[] none = new int[length];
        Arrays.fill(none, -1);
        return new PromptChunk(random.ints(length, 0, 1000).toArray(), none, new float[0]);
    }
}
