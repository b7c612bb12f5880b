package io.lavastream.engine.model;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalDouble;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GPUOptions;

/**
 * What computes a model.
 *
 * @param forms of the graph
 * @param gpu empty if it is the CPU
 */
public record ComputeDevice(GraphForms forms, Optional<Gpu> gpu) {
    public static final ComputeDevice CPU = new ComputeDevice(GraphForms.CPU, Optional.empty());

    /**
     * One GPU.
     *
     * @param index as the driver counts
     * @param share of its memory to take at once; if empty, memory is taken as it is needed
     * @param bytes that TensorFlow may take of its memory
     */
    public record Gpu(int index, OptionalDouble share, long bytes) {
        public Gpu {
            requireNonNull(share, "share");
        }
    }

    public ComputeDevice {
        requireNonNull(forms, "forms");
        requireNonNull(gpu, "gpu");
    }

    /** {@code gpu}, in the forms that suit it. */
    static ComputeDevice of(Gpu gpu) {
        return new ComputeDevice(GraphForms.GPU, Optional.of(gpu));
    }

    /** {@code cpu} or {@code gpu:0}. */
    public String label() {
        return gpu.map(device -> "gpu:" + device.index()).orElse("cpu");
    }

    /**
     * One operation at a time: the graph is a chain, and each operation uses all threads, or the whole GPU, itself. All sessions of a
     * process must agree on its GPU.
     *
     * @param threads of one operation on the CPU
     */
    ConfigProto sessionConfig(int threads) {
        ConfigProto.Builder config =
                ConfigProto.newBuilder()
                        .setIntraOpParallelismThreads(threads)
                        .setInterOpParallelismThreads(1);
        return gpu.map(device -> config.setGpuOptions(options(device)))
                .orElseGet(() -> config.putDeviceCount("GPU", 0))
                .build();
    }

    private static GPUOptions options(Gpu gpu) {
        GPUOptions.Builder options =
                GPUOptions.newBuilder().setVisibleDeviceList(Integer.toString(gpu.index()));
        if (gpu.share().isEmpty()) {
            return options.setAllowGrowth(true).build();
        }
        return options.setPerProcessGpuMemoryFraction(gpu.share().getAsDouble()).build();
    }
}
