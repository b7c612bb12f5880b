package io.lavastream.job.images;

import io.lavastream.schemas.FailureCode;

/** An image that could not be had. The message is written for the request's author. */
public final class ImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final FailureCode code;
    private final boolean retryable;

    public ImageException(FailureCode code, boolean retryable, String message) {
        this(code, retryable, message, null);
    }

    public ImageException(FailureCode code, boolean retryable, String message, Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryable = retryable;
    }

    public FailureCode code() {
        return code;
    }

    /** Whether asking again may help. */
    public boolean retryable() {
        return retryable;
    }
}
