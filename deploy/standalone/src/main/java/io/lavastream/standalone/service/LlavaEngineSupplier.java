package io.lavastream.standalone.service;

import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.runtime.EngineConfig;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.job.EngineSupplier;
import java.nio.file.Path;

/**
 * Opens the engine of the job on a model directory.
 *
 * @param model the directory, as text: paths are not serializable
 */
record LlavaEngineSupplier(String model) implements EngineSupplier {
    private static final long serialVersionUID = 1L;

    static LlavaEngineSupplier of(Path model) {
        return new LlavaEngineSupplier(model.toAbsolutePath().toString());
    }

    @Override
    public InferenceEngine open() {
        return LlavaEngine.open(config());
    }

    /** Most requests that the engine takes at once. */
    int capacity() {
        return config().capacity();
    }

    private EngineConfig config() {
        return EngineConfig.defaults(Path.of(model));
    }
}
