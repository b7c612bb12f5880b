package io.lavastream.engine;

/** Why the engine did not answer a request, and whether the same request may succeed later. */
public enum ErrorCode {
    /** The question has no text. */
    EMPTY_QUESTION(false),
    /** A sampling or format field is out of its range. */
    INVALID_PARAMETER(false),
    /** The expanded prompt does not fit the model or its slot. */
    PROMPT_TOO_LONG(false),
    /** The image's format is known, its content cannot be decoded. */
    IMAGE_CORRUPT(false),
    /** The bytes are not an image of a supported format. */
    IMAGE_UNSUPPORTED(false),
    /** The image's bytes or pixels exceed a limit; decided on its header. */
    IMAGE_TOO_LARGE(false),
    /** The request names a model that this engine does not serve. */
    UNKNOWN_MODEL(false),
    /** The request's deadline passed before its answer was complete. */
    DEADLINE_EXCEEDED(false),
    /** The caller cancelled the request. */
    CANCELLED(false),
    /** The waiting room is full. */
    OVERLOADED(true),
    /** The engine is closing. */
    SHUTTING_DOWN(true),
    /** The engine has ended of a fault and answers no more; another process may. */
    ENGINE_FAILED(true),
    /** A fault of ours. */
    INTERNAL(true);

    private final boolean retryable;

    ErrorCode(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether sending the same request again may help. */
    public boolean retryable() {
        return retryable;
    }
}
