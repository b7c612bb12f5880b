package io.lavastream.job;

import io.lavastream.engine.InferenceEngine;
import java.io.Serializable;

/**
 * Opens the engine of a process. Flink ships it to its tasks, and tasks whose suppliers are equal share one engine: so
 * implement it as a record or an enum, never as a lambda, whose copies are not equal to each other.
 */
public interface EngineSupplier extends Serializable {
    /** Opens an engine, which takes as long as loading the model does. The caller closes it. */
    InferenceEngine open();

    /** Bytes outside the JVM's heap that the engine will take; 0 where nobody needs to know. */
    default long nativeBytes() {
        return 0;
    }

    /**
     * This supplier, for a process that Flink has given a GPU.
     *
     * @param index of the GPU, as the driver counts
     */
    default EngineSupplier onGpu(int index) {
        return this;
    }
}
