package io.lavastream.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class EngineConfigTest {
    private final EngineConfig config = EngineConfig.defaults(Path.of("models", "scenes-llava"));

    @Test
    void takesItsDefaultsFromDirectoryMachineAndModel() {
        assertThat(config.modelName()).isEqualTo("scenes-llava");
        assertThat(config.template()).isEmpty();
        assertThat(config.imageMode()).isEmpty();
        assertThat(config.slots()).isEmpty();
        assertThat(config.slotLength()).isEmpty();
        assertThat(config.weights()).isEmpty();
        assertThat(config.memory()).isEmpty();
        assertThat(config.waitingRoom()).isEqualTo(64);
        assertThat(config.threads()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(config.reservedSlots()).isEmpty();
        assertThat(config.lanes()).containsExactly("interactive", "bulk");
    }

    @Test
    void changesOneSettingAtATime() {
        EngineConfig changed =
                config.withModelName("m")
                        .withVisionTower(Path.of("clip"))
                        .withBase(Path.of("vicuna"))
                        .withTemplate("vicuna_v1")
                        .withImageMode("crop")
                        .withSlots(4)
                        .withSlotLength(640)
                        .withWeights(WeightType.BF16)
                        .withMemory(1L << 40)
                        .withDevice(DeviceSettings.CPU)
                        .withWaitingRoom(5)
                        .withThreads(1)
                        .withReservedSlots(2)
                        .withLanes(List.of("a", "b", "c"));

        assertThat(changed.checkpoint().directory()).isEqualTo(config.checkpoint().directory());
        assertThat(changed.checkpoint().visionTower()).contains(Path.of("clip"));
        assertThat(changed.checkpoint().base()).contains(Path.of("vicuna"));
        assertThat(changed.modelName()).isEqualTo("m");
        assertThat(changed.template()).contains("vicuna_v1");
        assertThat(changed.imageMode()).contains("crop");
        assertThat(changed.slots()).hasValue(4);
        assertThat(changed.slotLength()).hasValue(640);
        assertThat(changed.weights()).contains(WeightType.BF16);
        assertThat(changed.memory()).hasValue(1L << 40);
        assertThat(changed.device()).isEqualTo(DeviceSettings.CPU);
        assertThat(changed.waitingRoom()).isEqualTo(5);
        assertThat(changed.threads()).isEqualTo(1);
        assertThat(changed.reservedSlots()).hasValue(2);
        assertThat(changed.lanes()).containsExactly("a", "b", "c");
    }

    @Test
    void keepsASlotForTheFirstLaneWhereThereIsOneToKeep() {
        assertThat(config.reservedOf(8)).isOne();
        assertThat(config.reservedOf(2)).isOne();
        assertThat(config.reservedOf(1)).isZero();
        assertThat(config.withLanes(List.of("all")).reservedOf(8)).isZero();
        assertThat(config.withReservedSlots(0).reservedOf(8)).isZero();
        assertThat(config.withReservedSlots(3).reservedOf(8)).isEqualTo(3);
    }

    @Test
    void namesTheSettingTheValueFoundAndTheValueExpected() {
        refused(() -> config.withSlots(0), "slots: 0 (expected: >= 1)");
        refused(() -> config.withSlotLength(1), "slot-length: 1 (expected: >= 2)");
        refused(() -> config.withMemory(0), "memory: 0 (expected: >= 1 byte)");
        refused(() -> config.withWaitingRoom(-1), "waiting-room: -1 (expected: >= 0)");
        refused(() -> config.withThreads(0), "threads: 0 (expected: >= 1)");
        refused(
                () -> config.withImageMode("squash"),
                "image-mode: squash (expected: one of pad, crop, anyres, hd)");
        refused(() -> config.withModelName(" "), "model-name:   (expected: not blank)");
        refused(() -> config.withLanes(List.of()), "lanes: [] (expected: at least one)");
        refused(
                () -> config.withLanes(List.of("a", "a")),
                "lanes: [a, a] (expected: no name twice)");
        refused(
                () -> config.withSlots(2).withReservedSlots(2),
                "reserved-slots: 2 (expected: less than slots 2)");
    }

    private static void refused(Executable change, String message) {
        assertThatThrownBy(change::execute)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
