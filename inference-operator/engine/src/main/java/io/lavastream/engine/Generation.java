package io.lavastream.engine;

import java.util.concurrent.CompletableFuture;

/** A submitted request. Safe for use by several threads. */
public interface Generation {
    /** Completes with the answer, or exceptionally with an {@link EngineException}. */
    CompletableFuture<GenerationResult> result();

    /** Gives up the request; its slot is free after the step under way. Without effect once finished. */
    void cancel();
}
