package io.lavastream.engine.checkpoint;

/** Is told how far a model has loaded. Called on the loading thread, so it must be quick. */
@FunctionalInterface
public interface LoadProgress {
    LoadProgress NONE = (loadedBytes, totalBytes) -> {};

    /**
     * Called after each tensor.
     *
     * @param loadedBytes bytes of the checkpoint's tensors read so far
     * @param totalBytes bytes that will be read in all
     */
    void loaded(long loadedBytes, long totalBytes);
}
