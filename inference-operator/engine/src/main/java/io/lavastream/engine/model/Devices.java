package io.lavastream.engine.model;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.DeviceSettings;
import io.lavastream.engine.DeviceSettings.Kind;
import io.lavastream.engine.WeightType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds what can compute a model. Call it before anything else of TensorFlow: what is in its way is put right before it loads. */
public final class Devices {
    /** What the driver's kernel module and, in a virtual machine of Windows, its replacement show. */
    private static final List<Path> DRIVERS =
            List.of(
                    Path.of("/proc/driver/nvidia/version"),
                    Path.of("/usr/lib/wsl/lib/libcuda.so.1"));

    private static final String GPU_BUILD =
            "/org/tensorflow/internal/c_api/linux-x86_64-gpu/libtensorflow_cc.so.2";

    /** NVIDIA's libraries read it; where it is 0, they round nothing that they multiply. */
    private static final String TF32 = "NVIDIA_TF32_OVERRIDE";

    private Devices() {}

    /**
     * What will compute.
     *
     * @param whyNoGpu empty if it is a GPU, or none was wanted
     */
    public record Choice(ComputeDevice device, Optional<String> whyNoGpu) {
        public Choice {
            requireNonNull(device, "device");
            requireNonNull(whyNoGpu, "whyNoGpu");
        }

        /** For a person. */
        @Override
        public String toString() {
            return device.label() + whyNoGpu.map(" (%s)"::formatted).orElse("");
        }
    }

    /**
     * The device that {@code settings} asks for, in this machine and with the TensorFlow of this class path.
     *
     * @throws IllegalArgumentException if a GPU is asked for and cannot be used; the message says why
     */
    public static Choice choose(DeviceSettings settings) {
        if (settings.kind() == Kind.CPU) {
            return new Choice(ComputeDevice.CPU, Optional.empty());
        }
        boolean driver = DRIVERS.stream().anyMatch(Files::exists);
        boolean build = Devices.class.getResource(GPU_BUILD) != null;
        Found found = find(settings, driver, build);
        if (found.gpu().isPresent()) {
            return new Choice(ComputeDevice.of(found.gpu().get()), Optional.empty());
        }
        if (settings.kind() == Kind.GPU) {
            throw new IllegalArgumentException(
                    "device: gpu (expected: cpu, or a GPU that can be used; %s)"
                            .formatted(found.obstacle()));
        }
        return new Choice(ComputeDevice.CPU, Optional.of(found.obstacle()));
    }

    /**
     * Why products are less exact than weights in {@code weights} let expect; empty if they are not.
     *
     * @param environment of the process
     */
    public static Optional<String> rounding(
            ComputeDevice device, WeightType weights, Map<String, String> environment) {
        String found = environment.getOrDefault(TF32, "nothing");
        if (device.gpu().isEmpty() || weights != WeightType.F32 || found.equals("0")) {
            return Optional.empty();
        }
        return Optional.of(
                "%s: %s (expected: 0, as weights are f32: else a GPU may multiply them as TF32, with 11 significant bits)"
                        .formatted(TF32, found));
    }

    /** A GPU, or in words why there is none. */
    private record Found(Optional<ComputeDevice.Gpu> gpu, String obstacle) {
        static Found none(String obstacle) {
            return new Found(Optional.empty(), obstacle);
        }
    }

    /** Looks first where a look costs nothing: most machines have no GPU. */
    private static Found find(DeviceSettings settings, boolean driver, boolean build) {
        if (!driver) {
            return Found.none("no NVIDIA driver: there is no " + DRIVERS.get(0));
        }
        if (!build) {
            return Found.none(
                    "this build has TensorFlow for CPUs: build with the Maven profile gpu, or set"
                            + " LAVASTREAM_PROFILE=gpu for the lavastream command");
        }
        List<String> missing = CudaLibraries.load();
        ComputeDevice.Gpu wanted =
                new ComputeDevice.Gpu(settings.gpu().orElse(0), settings.gpuMemory(), 0);
        GpuProbe.Result probed = GpuProbe.probe(wanted);
        if (probed.gpu().isPresent()) {
            return new Found(probed.gpu(), "");
        }
        return Found.none(
                missing.isEmpty()
                        ? probed.problem()
                        : "missing libraries: " + String.join(", ", missing));
    }
}
