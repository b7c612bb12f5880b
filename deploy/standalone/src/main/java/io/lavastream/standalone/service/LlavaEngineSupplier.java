package io.lavastream.standalone.service;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.job.EngineSupplier;
import java.nio.file.Path;
import java.util.List;

/**
 * Opens the engine of the job on a model directory.
 *
 * @param model the directory, as text: paths are not serializable
 * @param lanes as those of the job, by priority
 */
record LlavaEngineSupplier(String model, List<String> lanes) implements EngineSupplier {
    private static final long serialVersionUID = 1L;

    LlavaEngineSupplier {
        lanes = List.copyOf(lanes);
    }

    static LlavaEngineSupplier of(ServiceConfig config) {
        return new LlavaEngineSupplier(config.model().toAbsolutePath().toString(), config.lanes());
    }

    @Override
    public InferenceEngine open() {
        return LlavaEngine.open(config());
    }

    /** As {@link #open()}; {@code progress} is told how far the weights have loaded. */
    InferenceEngine open(LoadProgress progress) {
        return LlavaEngine.open(config(), progress);
    }

    /** Requests that the engine surely has room for at once, whatever number of slots fits the model. */
    int places() {
        return config().waitingRoom();
    }

    private EngineConfig config() {
        return EngineConfig.defaults(Path.of(model)).withLanes(lanes);
    }
}
