package io.lavastream.standalone.cli;

import io.lavastream.engine.DeviceSettings;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What computes. */
final class DeviceOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            converter = KindName.class,
            description =
                    "cpu, gpu, or auto: a GPU where one can be used, else the CPU. Default: ${DEFAULT-VALUE}.")
    private DeviceSettings.Kind kind;

    @Option(
            names = "--gpu",
            paramLabel = "N",
            description = "Which GPU, as the driver counts. Default: 0.")
    private Integer gpu;

    @Option(
            names = "--gpu-memory",
            paramLabel = "SHARE",
            description =
                    "Share of the GPU's memory to take at once, such as 0.9. Default: what is needed, when it is needed.")
    private Double gpuMemory;

    DeviceSettings settings() {
        DeviceSettings settings = DeviceSettings.of(kind);
        settings = gpu == null ? settings : settings.withGpu(gpu);
        return gpuMemory == null ? settings : settings.withGpuMemory(gpuMemory);
    }

    /** Reads a kind of device as it is typed. */
    static final class KindName implements ITypeConverter<DeviceSettings.Kind> {
        @Override
        public DeviceSettings.Kind convert(String label) {
            try {
                return DeviceSettings.Kind.labelled(label);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
