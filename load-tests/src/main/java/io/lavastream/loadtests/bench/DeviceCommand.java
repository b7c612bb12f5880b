package io.lavastream.loadtests.bench;

import io.lavastream.engine.DeviceSettings;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures what a device does. */
@Command(
        name = "device",
        description = {
            "Measures a GPU, or the CPU, on a model with random weights, which is made on the spot and kept: where"
                    + " operations run, decode steps, and answers a second at growing concurrency.",
            "Goals are those for an H200 with the shape 7b in 16 bits."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream bench device --device gpu --shape 7b --weights bf16 --json",
            "  lavastream bench device --device cpu --shape tiny --weights f32 --decode-at 1,4 --concurrency 1,4"
        })
final class DeviceCommand implements Callable<Integer> {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "cpu, gpu or auto. Default: ${DEFAULT-VALUE}.")
    private String device;

    @Option(names = "--gpu", paramLabel = "N", description = "Which GPU. Default: 0.")
    private Integer gpu;

    @Option(
            names = "--gpu-memory",
            paramLabel = "SHARE",
            description = "Share of the GPU's memory to take at once. Default: what is needed.")
    private Double gpuMemory;

    @Option(
            names = "--shape",
            paramLabel = "NAME",
            defaultValue = "7b",
            converter = EngineCommand.Shape.class,
            description = "small, medium, 7b, 13b or tiny. Default: ${DEFAULT-VALUE}.")
    private ModelShape shape;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "bf16",
            converter = EngineCommand.Weights.class,
            description = "f32, fp16, bf16 or int8. Default: ${DEFAULT-VALUE}.")
    private WeightType weights;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            defaultValue = "630",
            description = "Positions of a prompt, its image included. Default: ${DEFAULT-VALUE}.")
    private int promptTokens;

    @Option(
            names = "--short-tokens",
            paramLabel = "N",
            defaultValue = "3",
            description = "Tokens of a short answer. Default: ${DEFAULT-VALUE}.")
    private int shortTokens;

    @Option(
            names = "--caption-tokens",
            paramLabel = "N",
            defaultValue = "100",
            description = "Tokens of a caption. Default: ${DEFAULT-VALUE}.")
    private int captionTokens;

    @Option(
            names = "--decode-at",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,32,128",
            description = "Numbers of sequences that decode together. Default: ${DEFAULT-VALUE}.")
    private List<Integer> decodeAt;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,8,32,64,128",
            description = "Numbers of requests in the engine at once. Default: ${DEFAULT-VALUE}.")
    private List<Integer> concurrency;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "Requests for each that is in the engine at once. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Mixin private FigureOptions figures;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "${sys:lavastream.bench.directory:-target/bench}",
            description = "Where the models are kept.")
    private Path directory;

    @Override
    public Integer call() {
        Report report = figures.report(Goals.none());
        new DeviceBench(settings(), deviceSettings(), report, figures.progress()).run();
        return figures.exitCode(report);
    }

    private DeviceBenchSettings settings() {
        return new DeviceBenchSettings(
                shape,
                weights,
                promptTokens,
                shortTokens,
                captionTokens,
                decodeAt,
                concurrency,
                rounds,
                directory);
    }

    private DeviceSettings deviceSettings() {
        DeviceSettings settings = DeviceSettings.of(DeviceSettings.Kind.labelled(device));
        settings = gpu == null ? settings : settings.withGpu(gpu);
        return gpuMemory == null ? settings : settings.withGpuMemory(gpuMemory);
    }
}
