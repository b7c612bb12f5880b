package io.lavastream.engine.model;

/** A device has not the memory that a model needs, found when it was taken. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
