package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.checkpoint.synthetic.SyntheticCheckpoint;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One prompt, against a forward of our own in double precision. */
class Float64LlamaTest {
    /** As for the reference's goldens, whose logits are of the same size. */
    private static final double TOLERANCE = 5e-4;

    private static final int[] PROMPT = {1, 3148, 1001, 29901, 1724, 338};

    @TempDir Path directory;

    @Test
    void aTinyModelAgrees() {
        assertAgrees(ModelShape.TINY, OptionalInt.empty());
    }

    /** Two layers of the widths of LLaVA-1.5 7B: 2 GB on disk, a minute. */
    @Test
    void theWidthsOf7bAgree() {
        Tier.require("real-size");
        assertAgrees(ModelShape.LLAVA_7B, OptionalInt.of(2));
    }

    private void assertAgrees(ModelShape shape, OptionalInt layers) {
        new SyntheticCheckpoint(Layout.HUGGING_FACE, shape, TensorType.F16, layers, 1)
                .write(directory.resolve("model"), LoadProgress.NONE);
        try (Checkpoint checkpoint = Checkpoint.open(directory.resolve("model"))) {
            double[] expected = new Float64Llama(checkpoint).logits(PROMPT);
            for (WeightType type : new WeightType[] {WeightType.FP16, WeightType.F32}) {
                double worst = worst(logits(checkpoint, type), expected);
                System.out.printf(
                        "float64 forward of %s: weights %s, logits up to %.1f, largest difference"
                                + " %.1e%n",
                        shape.label(),
                        type.label(),
                        Arrays.stream(expected).map(Math::abs).max().orElseThrow(),
                        worst);
                assertThat(worst).isLessThanOrEqualTo(TOLERANCE);
            }
        }
    }

    private static float[] logits(Checkpoint checkpoint, WeightType type) {
        int[] noFeatures = new int[PROMPT.length];
        Arrays.fill(noFeatures, -1);
        try (LlavaModel model =
                LlavaModel.open(
                        checkpoint,
                        ModelSettings.of(1, 64).withWeights(type),
                        new BitSet(),
                        LoadProgress.NONE)) {
            return model.prefill(0, 0, new PromptChunk(PROMPT, noFeatures, new float[0]));
        }
    }

    private static double worst(float[] found, double[] expected) {
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            worst = Math.max(worst, Math.abs(found[i] - expected[i]));
        }
        return worst;
    }
}
