package io.lavastream.standalone;

/**
 * The service cannot start as asked: a port in use, a data directory that does not fit, a part that does not come up.
 * The message is one line for the operator; the setting is named as typed.
 */
public final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StartupException(String message) {
        super(message);
    }

    public StartupException(String message, Throwable cause) {
        super(message, cause);
    }
}
