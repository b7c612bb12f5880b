package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.TensorType;
import java.util.List;
import java.util.OptionalInt;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** What a model has to do at the least, against sums written out for the shape {@code small}. */
class FloorsTest {
    private static final Offset<Double> EXACT = Offset.offset(0.5);

    /** Queries, keys, values, output; gate, up, down. */
    private static final double LAYER = 4.0 * 1024 * 1024 + 3.0 * 1024 * 2816;

    private static final double HEAD = 32_064.0 * 1024;

    private final ModelWork work = new ModelWork(small(), WeightType.F32);

    @Test
    void aStepReadsEachWeightOnceAndEachSequencesCache() {
        double weights = 4 * (16 * LAYER + HEAD);

        assertThat(work.decodeBytes(1, 0)).isCloseTo(weights, EXACT);
        assertThat(work.cacheBytesPerPosition()).isEqualTo(2 * 4 * 16 * 1024);
        assertThat(work.decodeBytes(8, 700)).isCloseTo(weights + 8 * 700 * 131_072.0, EXACT);
    }

    @Test
    void sixteenBitWeightsAreHalfToRead() {
        ModelWork half = new ModelWork(small(), WeightType.FP16);

        assertThat(half.decodeBytes(1, 0)).isCloseTo(work.decodeBytes(1, 0) / 2, EXACT);
    }

    @Test
    void eightBitWeightsAreReadBesideAHeadOfSixteen() {
        ModelWork bytes = new ModelWork(small(), WeightType.INT8);

        assertThat(bytes.decodeBytes(1, 0)).isCloseTo(16 * LAYER + 2 * HEAD, EXACT);
    }

    @Test
    void aPromptMultipliesEachPositionByEachWeightButTheHead() {
        double attention = 16 * 4.0 * 1024 * (640 * 641 / 2.0);

        assertThat(work.prefillOperations(640))
                .isCloseTo(2 * 640 * 16 * LAYER + attention + 2 * HEAD, EXACT);
    }

    @Test
    void anImageRunsThroughTwentyThreeLayers() {
        double layer = 2 * 577 * (4.0 * 1024 * 1024 + 2.0 * 1024 * 4096);
        double attention = 4.0 * 577 * 577 * 1024;
        double patches = 2.0 * 576 * 1024 * 3 * 14 * 14;
        double projector = 2.0 * 576 * (1024 * 1024 + 1024 * 1024);

        assertThat(work.visionOperations())
                .isCloseTo(patches + 23 * (layer + attention) + projector, EXACT);
    }

    @Test
    void theUpperEndOfTheTowerIsNotKept() {
        double tower = 24 * 12_596_224.0 + 1024 + 1024 * 588 + 577 * 1024 + 2 * 2048;
        double unused = 12_596_224.0 + 2048;
        double projector = 2 * (1024.0 * 1024 + 1024);
        double text = 16 * (LAYER + 2048) + 1024 + 2 * HEAD;

        assertThat(work.keptBytes(name -> TensorType.F16))
                .isCloseTo(4 * (tower - unused + projector + text), EXACT);
    }

    @Test
    void theFasterLibraryIsTheFloor() {
        Floors floors = new Floors(20e9, 100e9, 150e9);

        assertThat(floors.secondsToCompute(300e9)).isEqualTo(2);
        assertThat(floors.secondsToRead(10e9)).isEqualTo(0.5);
    }

    private static LlavaConfig small() {
        return new LlavaConfig(
                Layout.HUGGING_FACE,
                new ClipVisionConfig(
                        1024, 4096, 24, 16, 336, 14, ClipVisionConfig.Activation.QUICK_GELU, 1e-5f),
                new LlamaConfig(32_064, 1024, 2816, 16, 16, 16, 64, 4096, 1e-5f, 10_000),
                LlavaConfig.Projector.MLP2X_GELU,
                23,
                LlavaConfig.FeatureSelection.PATCHES,
                ImageSettings.CROP,
                OptionalInt.of(32_000),
                OptionalInt.of(32_001),
                List.of(2),
                OptionalInt.empty(),
                false);
    }
}
