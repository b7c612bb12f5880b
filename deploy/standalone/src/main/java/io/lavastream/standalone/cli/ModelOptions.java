package io.lavastream.standalone.cli;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which model is served, in what memory and with how many threads. */
final class ModelOptions {
    @Option(
            names = "--model",
            paramLabel = "DIR",
            description =
                    "Model directory in Hugging Face or original layout. Default: the shipped one.")
    private Path model;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description =
                    "How weights are kept in memory: f32, fp16 or bf16. All computation is in float32. Default: f32"
                            + " where it fits, else the checkpoint's own 16-bit type.")
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

    /** What is asked for, and defaults for the rest. */
    EngineConfig config() {
        EngineConfig config =
                EngineConfig.defaults(Optional.ofNullable(model).orElseGet(Home::model));
        if (weights != null) {
            config = config.withWeights(weights);
        }
        if (threads != null) {
            config = config.withThreads(threads);
        }
        return memory == null ? config : config.withMemory(memory);
    }
}
