package io.lavastream.standalone.cli;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model is served, how questions are put to it, in what memory and with how many threads. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "Model directory in Hugging Face or original layout. Default: the shipped one.")
    private Path model;

    @Option(
            names = "--vision-tower",
            paramLabel = "DIR",
            description =
                    "CLIP directory of a model that has no vision tower inside. Default: the directory beside the model"
                            + " that mm_vision_tower names, else the only one there with the sizes of that name.")
    private Path visionTower;

    @Option(
            names = "--base",
            paramLabel = "DIR",
            description =
                    "Language model that --model, a projector or a LoRA adapter alone, is merged over.")
    private Path base;

    @Mixin private PromptOptions prompt;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "How weights are kept in memory: f32, fp16, bf16 or int8, which changes answers a little. On a CPU all"
                            + " computation is in float32. Default: the checkpoint's own type on a GPU and where the JVM's vectors"
                            + " compute; else f32 where it fits.")
    private WeightType weights;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description =
                    "Memory that the process may use in all, such as 20g. Default: the container's limit, or what is"
                            + " available.")
    private Long memory;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Threads that compute. Default: one a core that the process or its container may use.")
    private Integer threads;

    @Mixin private DeviceOptions device;

    /** Whether anything is asked for. */
    boolean given() {
        return !config().equals(EngineConfig.defaults(Home.model()));
    }

    /** What is asked for, and defaults for the rest. */
    EngineConfig config() {
        EngineConfig config =
                prompt.applyTo(
                                EngineConfig.defaults(
                                        Optional.ofNullable(model).orElseGet(Home::model)))
                        .withDevice(device.settings());
        if (visionTower != null) {
            config = config.withVisionTower(visionTower);
        }
        if (base != null) {
            config = config.withBase(base);
        }
        if (weights != null) {
            config = config.withWeights(weights);
        }
        if (threads != null) {
            config = config.withThreads(threads);
        }
        return memory == null ? config : config.withMemory(memory);
    }
}
