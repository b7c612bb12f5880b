package io.lavastream.engine.model;

/** The device, most likely a GPU, has less memory than a model with its slots takes. With fewer slots it may fit. */
public final class DeviceMemoryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DeviceMemoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
