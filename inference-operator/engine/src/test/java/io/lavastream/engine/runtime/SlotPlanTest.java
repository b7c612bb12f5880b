package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.ComputeDevice;
import io.lavastream.engine.model.GraphForms;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of LLaVA-1.5 7B, whose sizes are known: 7.06e9 weights, 1 MiB of cache a position. */
class SlotPlanTest {
    private static final long GIB = 1L << 30;

    private final EngineConfig config = EngineConfig.defaults(Path.of("llava"));

    @Test
    void aLargeMachineKeepsFloat32() {
        SlotPlan plan = plan(config, TensorType.F16, 64);

        assertThat(plan.settings().weights()).isEqualTo(WeightType.F32);
        assertThat(plan.settings().slots()).isEqualTo(2);
        assertThat(plan.settings().slotLength()).isEqualTo(1024);
        assertThat(plan.reduced()).isEmpty();
        // Without the vision tower's last layer, 12.6e6 weights, and its last norm.
        assertThat(plan.budget().weights()).isBetween(28_201_000_000L, 28_204_000_000L);
        assertThat(plan.budget().slot()).isEqualTo(GIB);
    }

    @Test
    void aSmallerMachineKeepsWhatTheCheckpointHas() {
        assertThat(plan(config, TensorType.F16, 24).settings().weights())
                .isEqualTo(WeightType.FP16);
        assertThat(plan(config, TensorType.BF16, 24).settings().weights())
                .isEqualTo(WeightType.BF16);
        assertThat(plan(config, TensorType.F16, 24).budget().bytes(2)).isLessThan(20 * GIB);
    }

    @Test
    void whatIsAskedForIsNotReplaced() {
        assertThat(
                        plan(config.withWeights(WeightType.BF16), TensorType.F16, 64)
                                .settings()
                                .weights())
                .isEqualTo(WeightType.BF16);
        assertThatThrownBy(() -> plan(config.withWeights(WeightType.F32), TensorType.F16, 24))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("memory: 24.0 GiB available (expected: 29.")
                .hasMessageContaining("for 1 slot with weights f32: weights 26.3 GiB, cache 1.0,");
    }

    @Test
    void slotsAreReducedToFitAndThisIsSaid() {
        SlotPlan plan = plan(config.withSlots(8), TensorType.F16, 20);

        assertThat(plan.settings().slots()).isBetween(3, 5);
        assertThat(plan.reduced().orElseThrow())
                .startsWith(
                        "slots: %d, reduced from 8, which need 22."
                                .formatted(plan.settings().slots()))
                .contains("(available: 20.0 GiB; weights 13.1 GiB, cache 8.0,");
        assertThat(plan.budget().bytes(plan.settings().slots())).isLessThanOrEqualTo(20 * GIB);
        assertThat(plan.budget().bytes(plan.settings().slots() + 1)).isGreaterThan(20 * GIB);
    }

    @Test
    void belowOneSlotNothingIsLoaded() {
        assertThatThrownBy(() -> plan(config, TensorType.F16, 12))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "memory: 12\\.0 GiB available \\(expected: 15\\.\\d GiB or more for 1 slot with"
                                + " weights fp16: weights 13\\.1 GiB, cache 1\\.0, temporaries 0\\.\\d, JVM"
                                + " 1\\.6\\)");
    }

    @Test
    void aFloat32CheckpointIsNotRoundedUnasked() {
        assertThatThrownBy(() -> plan(config, TensorType.F32, 24))
                .hasMessageContaining("with weights f32");
        SlotPlan asked = plan(config.withWeights(WeightType.FP16), TensorType.F32, 24);
        assertThat(asked.settings().weights()).isEqualTo(WeightType.FP16);
        // The vision tower keeps its float32: 0.3e9 weights.
        assertThat(asked.budget().weights()).isBetween(14_650_000_000L, 14_720_000_000L);
    }

    @Test
    void longSlotsAreForWhatTheOthersAreTooShortFor() {
        SlotPlan plan =
                SlotPlan.of(
                        config.withSlots(4).withLongSlots(2),
                        llava7b(),
                        2880,
                        name -> TensorType.F16,
                        ComputeDevice.CPU,
                        new Memory(64 * GIB, GIB));

        // 576 and 2880 rows, 448 positions of text, rounded up to 64.
        assertThat(plan.settings().slotLengths())
                .containsExactly(1024, 1024, 1024, 1024, 3328, 3328);
        assertThat(plan.budget().longSlots()).isEqualTo(2L * 3328 * (1 << 20));
        assertThat(plan.budget().bytes(4) - plan.budget().bytes(0)).isEqualTo(4 * GIB);
        assertThatThrownBy(
                        () ->
                                SlotPlan.of(
                                        config.withLongSlots(4),
                                        llava7b(),
                                        2880,
                                        name -> TensorType.F16,
                                        ComputeDevice.CPU,
                                        new Memory(24 * GIB, GIB)))
                .hasMessageContaining(
                        "or more for 1 slot and 4 long (long-slots; 13.0 GiB) with weights fp16:");
        assertThatThrownBy(() -> plan(config.withLongSlots(2), TensorType.F16, 64))
                .hasMessage("long-slot-length: 1024 (expected: more than slot-length 1024)");
    }

    @Test
    void reservedSlotsNeedOneMore() {
        assertThatThrownBy(() -> plan(config.withSlots(8).withReservedSlots(7), TensorType.F16, 20))
                .hasMessageContaining("for 8 slots");
    }

    @Test
    void aGpuKeepsTheCheckpointsTypeAndTheCacheInItToo() {
        SlotPlan plan = onGpu(config, TensorType.BF16, 130);

        assertThat(plan.settings().weights()).isEqualTo(WeightType.BF16);
        assertThat(plan.settings().slots()).isEqualTo(128);
        assertThat(plan.settings().maxChunk()).isEqualTo(1024);
        assertThat(plan.budget().slot()).isEqualTo(GIB / 2);
        // As in 16 bits, and two matrices of the vocabulary in float32.
        assertThat(plan.budget().weights())
                .isBetween(14_100_000_000L + 520_000_000L, 14_110_000_000L + 530_000_000L);
    }

    @Test
    void aSmallerGpuHasAsManySlotsAsFit() {
        SlotPlan plan = onGpu(config, TensorType.F16, 78);

        assertThat(plan.settings().slots()).isBetween(100, 127);
        assertThat(plan.budget().bytes(plan.settings().slots())).isLessThanOrEqualTo(78 * GIB);
        assertThat(plan.reduced().orElseThrow()).contains("reduced from 128");
    }

    /** 2 GiB for 128 slots of 1 024: a layer's share of the cache. */
    @Test
    void whatAStepGathersOnAGpuIsCountedForTheSlotsThereAre() {
        MemoryBudget budget = onGpu(config, TensorType.F16, 130).budget();

        assertThat(budget.gathered()).isEqualTo(GIB / 64);
        assertThat(budget.bytes(128) - budget.bytes(1)).isEqualTo(127 * (GIB / 2 + GIB / 64));
        assertThat(onGpu(config, TensorType.F16, 17).settings().slots()).isPositive();
    }

    @Test
    void withLongSlotsAStepGathersEverySlotAtTheirLength() {
        ComputeDevice.Gpu gpu = new ComputeDevice.Gpu(0, OptionalDouble.empty(), 130 * GIB);
        MemoryBudget budget =
                SlotPlan.of(
                                config.withSlots(16).withLongSlots(2),
                                llava7b(),
                                2880,
                                name -> TensorType.F16,
                                new ComputeDevice(GraphForms.GPU, Optional.of(gpu)),
                                Memory.ofGpu(gpu))
                        .budget();

        assertThat(budget.gathered()).isEqualTo(3328 * GIB / 64 / 1024);
    }

    @Test
    void whatItTakesIsSaid() {
        SlotPlan plan = plan(config, TensorType.F16, 64);
        SlotPlan longer =
                plan(
                        config.withSlots(4).withLongSlots(2).withLongSlotLength(3072),
                        TensorType.F16,
                        64);
        SlotPlan gpu = onGpu(config, TensorType.BF16, 130);

        assertThat(Footprint.describe(plan.settings(), plan.budget()))
                .matches(
                        "2 of 1024 positions; weights f32; memory 3\\d\\.\\d GiB \\(weights 26\\.3 GiB, cache 2\\.0, temporaries"
                                + " 0\\.\\d, JVM 1\\.6\\); products by TensorFlow, as .*");
        assertThat(Footprint.describe(longer.settings(), longer.budget()))
                .startsWith("4 of 1024 and 2 of 3072 positions; weights ");
        assertThat(Footprint.describe(gpu.settings(), gpu.budget()))
                .startsWith("128 of 1024 positions; weights bf16; memory ")
                .doesNotContain("products");
    }

    private static SlotPlan onGpu(EngineConfig config, TensorType stored, long gibibytes) {
        ComputeDevice.Gpu gpu = new ComputeDevice.Gpu(0, OptionalDouble.empty(), gibibytes * GIB);
        return SlotPlan.of(
                config,
                llava7b(),
                576,
                name -> stored,
                new ComputeDevice(GraphForms.GPU, Optional.of(gpu)),
                Memory.ofGpu(gpu));
    }

    @Test
    void memoryIsTheSettingOrWhatTheSystemHas(@TempDir Path directory) throws IOException {
        Path meminfo = directory.resolve("meminfo");
        Files.writeString(meminfo, "MemTotal: 9 kB\nMemAvailable:      12 kB\nCached: 3 kB\n");

        assertThat(Memory.systemAvailable(meminfo)).isEqualTo(12 * 1024);
        assertThat(Memory.systemAvailable(directory.resolve("none"))).isEqualTo(Long.MAX_VALUE);
        assertThat(Memory.ofProcess(OptionalLong.of(5)).available()).isEqualTo(5);
        assertThat(Memory.ofProcess(OptionalLong.empty()).available()).isGreaterThan(1 << 20);
        assertThat(Memory.ofProcess(OptionalLong.empty()).heap()).isBetween(1L << 20, GIB);
    }

    private static SlotPlan plan(EngineConfig config, TensorType stored, long gibibytes) {
        return SlotPlan.of(
                config,
                llava7b(),
                576,
                name -> stored,
                ComputeDevice.CPU,
                new Memory(gibibytes * GIB, GIB));
    }

    private static LlavaConfig llava7b() {
        return new LlavaConfig(
                Layout.HUGGING_FACE,
                new ClipVisionConfig(
                        1024, 4096, 24, 16, 336, 14, ClipVisionConfig.Activation.QUICK_GELU, 1e-5f),
                new LlamaConfig(32_064, 4096, 11_008, 32, 32, 32, 128, 4096, 1e-5f, 10_000),
                Projector.MLP2X_GELU,
                23,
                FeatureSelection.PATCHES,
                ImageSettings.CROP,
                OptionalInt.of(32_000),
                OptionalInt.of(32_001),
                List.of(2),
                OptionalInt.empty(),
                false);
    }
}
