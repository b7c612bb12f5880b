package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.lavastream.engine.DeviceSettings;
import io.lavastream.engine.WeightType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.ConfigProto;

class DevicesTest {
    @Test
    void theCpuIsTakenWhereItIsAskedFor() {
        Devices.Choice choice = Devices.choose(DeviceSettings.CPU);

        assertThat(choice.device()).isEqualTo(ComputeDevice.CPU);
        assertThat(choice).hasToString("cpu");
    }

    @Test
    void withoutADriverAutoTakesTheCpuAndSaysWhyAndGpuIsRefused() {
        assumeFalse(Files.exists(Path.of("/proc/driver/nvidia/version")), "a GPU's driver");

        assertThat(Devices.choose(DeviceSettings.AUTO))
                .hasToString("cpu (no NVIDIA driver: there is no /proc/driver/nvidia/version)");
        assertThatThrownBy(() -> Devices.choose(DeviceSettings.of(DeviceSettings.Kind.GPU)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "device: gpu (expected: cpu, or a GPU that can be used; no NVIDIA driver: there is no"
                                + " /proc/driver/nvidia/version)");
    }

    /** Where there is none: the way there is the same for every GPU that cannot be used. */
    @Test
    void tensorFlowIsAskedForItsGpus() {
        assumeFalse(Files.exists(Path.of("/proc/driver/nvidia/version")), "a GPU's driver");

        GpuProbe.Result found = GpuProbe.probe(new ComputeDevice.Gpu(0, OptionalDouble.empty(), 0));

        assertThat(found.gpu()).isEmpty();
        assertThat(found.problem()).startsWith("TensorFlow finds no GPU");
    }

    @Test
    void aSessionTakesOneGpuAndItsMemoryAsAskedFor() {
        ConfigProto grows =
                ComputeDevice.of(new ComputeDevice.Gpu(2, OptionalDouble.empty(), 1))
                        .sessionConfig(3);
        ConfigProto share =
                ComputeDevice.of(new ComputeDevice.Gpu(0, OptionalDouble.of(0.9), 1))
                        .sessionConfig(3);

        assertThat(grows.getGpuOptions().getVisibleDeviceList()).isEqualTo("2");
        assertThat(grows.getGpuOptions().getAllowGrowth()).isTrue();
        assertThat(grows.getIntraOpParallelismThreads()).isEqualTo(3);
        assertThat(share.getGpuOptions().getAllowGrowth()).isFalse();
        assertThat(share.getGpuOptions().getPerProcessGpuMemoryFraction()).isEqualTo(0.9);
        assertThat(ComputeDevice.CPU.sessionConfig(3).getDeviceCountMap()).containsEntry("GPU", 0);
    }

    @Test
    void float32OnAGpuIsFloat32OnlyWhereTheLibrariesAreTold() {
        ComputeDevice gpu = ComputeDevice.of(new ComputeDevice.Gpu(0, OptionalDouble.empty(), 1));
        String variable = "NVIDIA_TF32_OVERRIDE";

        assertThat(Devices.rounding(gpu, WeightType.F32, Map.of()))
                .contains(
                        "NVIDIA_TF32_OVERRIDE: nothing (expected: 0, as weights are f32: else a GPU may multiply them as"
                                + " TF32, with 11 significant bits)");
        assertThat(Devices.rounding(gpu, WeightType.F32, Map.of(variable, "1"))).isPresent();
        assertThat(Devices.rounding(gpu, WeightType.F32, Map.of(variable, "0"))).isEmpty();
        assertThat(Devices.rounding(gpu, WeightType.BF16, Map.of())).isEmpty();
        assertThat(Devices.rounding(ComputeDevice.CPU, WeightType.F32, Map.of())).isEmpty();
    }

    @Test
    void settingsAreChecked() {
        assertThat(DeviceSettings.Kind.labelled("auto")).isEqualTo(DeviceSettings.Kind.AUTO);
        for (Runnable wrong :
                List.<Runnable>of(
                        () -> DeviceSettings.Kind.labelled("tpu"),
                        () -> DeviceSettings.AUTO.withGpu(-1),
                        () -> DeviceSettings.AUTO.withGpuMemory(0),
                        () -> DeviceSettings.AUTO.withGpuMemory(Double.NaN))) {
            assertThatThrownBy(wrong::run).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> DeviceSettings.AUTO.withGpuMemory(1.5))
                .hasMessage("gpu-memory: 1.5 (expected: above 0, at most 1)");
    }
}
