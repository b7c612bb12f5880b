package io.lavastream.serialization;

/** The schema registry could not be asked. The bytes may be perfectly good: nothing may be dead-lettered for it. */
public final class RegistryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
