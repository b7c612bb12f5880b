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

    private static final int LEAST_PLACES = 4;

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

    /** Requests of a lane that the engine shall hold at once; the rest waits in the topics. Reads the model's headers. */
    int placesOfALane() {
        int slots = LlavaEngine.slots(config());
        return placesOfALane(slots, slots + config().waitingRoom(), lanes.size());
    }

    /** Who waits in the engine is prepared already: as many as run keep every slot busy, even if all of one lane. */
    static int placesOfALane(int slots, int places, int lanes) {
        int wanted = Math.max(LEAST_PLACES, 2 * slots);
        return Math.max(1, Math.min(wanted, places / lanes));
    }

    private EngineConfig config() {
        return EngineConfig.defaults(Path.of(model)).withLanes(lanes);
    }
}
