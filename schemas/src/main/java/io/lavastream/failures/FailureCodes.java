package io.lavastream.failures;

import io.lavastream.schemas.FailureCode;

/** What a failure's code means to whoever sent the question. */
public final class FailureCodes {
    private FailureCodes() {}

    /** Whether sending the same question again, with the next attempt number, may help. */
    public static boolean retryable(FailureCode code) {
        return switch (code) {
            case IMAGE_NOT_FOUND, IMAGE_UNREACHABLE, OVERLOADED, INTERNAL -> true;
            case UNKNOWN,
                    EMPTY_QUESTION,
                    QUESTION_TOO_LONG,
                    INVALID_PARAMETER,
                    DUPLICATE_ID,
                    UNKNOWN_MODEL,
                    IMAGE_EXPIRED,
                    IMAGE_UNSUPPORTED,
                    IMAGE_CORRUPT,
                    IMAGE_TOO_LARGE,
                    PROMPT_TOO_LONG,
                    DEADLINE_EXCEEDED ->
                    false;
        };
    }
}
