package io.lavastream.engine;

/**
 * A model directory that cannot be served. The message is one line for the operator: the file, the
 * key or tensor, the value found and the value expected.
 */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
