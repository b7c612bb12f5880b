package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Where a model is computed. Immutable, checked on construction.
 *
 * @param kind CPU, GPU, or a GPU where one can be used
 * @param gpu which of the machine's GPUs, counted from 0 as the driver counts them; by default the first
 * @param gpuMemory share of the GPU's memory that may be taken, at once; by default it is taken as it is needed
 */
public record DeviceSettings(Kind kind, OptionalInt gpu, OptionalDouble gpuMemory) {
    /** What computes. */
    public enum Kind {
        CPU,
        /** A GPU; without one the model is not opened. */
        GPU,
        /** A GPU where one can be used, else the CPU. */
        AUTO;

        /** As it is typed: {@code cpu}, {@code gpu}, {@code auto}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /**
         * The one that is typed so.
         *
         * @throws IllegalArgumentException if nothing is called {@code label}
         */
        public static Kind labelled(String label) {
            for (Kind kind : values()) {
                if (kind.label().equals(label)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(
                    "device: %s (expected: cpu, gpu or auto)".formatted(label));
        }
    }

    public static final DeviceSettings CPU = of(Kind.CPU);
    public static final DeviceSettings AUTO = of(Kind.AUTO);

    public DeviceSettings {
        requireNonNull(kind, "device");
        if (gpu.isPresent() && gpu.getAsInt() < 0) {
            throw new IllegalArgumentException(
                    "gpu: %d (expected: >= 0)".formatted(gpu.getAsInt()));
        }
        if (gpuMemory.isPresent()
                && !(gpuMemory.getAsDouble() > 0 && gpuMemory.getAsDouble() <= 1)) {
            throw new IllegalArgumentException(
                    "gpu-memory: %s (expected: above 0, at most 1)"
                            .formatted(gpuMemory.getAsDouble()));
        }
    }

    /** The first GPU, if it is one, and its memory as it is needed. */
    public static DeviceSettings of(Kind kind) {
        return new DeviceSettings(kind, OptionalInt.empty(), OptionalDouble.empty());
    }

    public DeviceSettings withGpu(int index) {
        return new DeviceSettings(kind, OptionalInt.of(index), gpuMemory);
    }

    public DeviceSettings withGpuMemory(double share) {
        return new DeviceSettings(kind, gpu, OptionalDouble.of(share));
    }
}
