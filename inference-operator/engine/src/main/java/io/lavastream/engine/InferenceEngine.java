package io.lavastream.engine;

/** All that a caller needs to know of the engine; it knows nothing of its callers. Safe for use by several threads. */
public interface InferenceEngine extends AutoCloseable {
    /**
     * Queues a request and returns at once.
     *
     * <p>Never throws for a bad request: {@link Generation#result()} then completes exceptionally with an
     * {@link EngineException}, as it does with {@link ErrorCode#OVERLOADED} when the waiting room is full.
     */
    Generation submit(GenerationRequest request, GenerationListener listener);

    /** The model that answers. */
    ModelIdentity model();

    /** Most requests that may wait or run at once; beyond it {@code submit} refuses. */
    int capacity();

    /** What the engine has done and does now. */
    EngineMetrics metrics();

    /** Fails what is unfinished with {@link ErrorCode#SHUTTING_DOWN} and frees the model. */
    @Override
    void close();
}
