package io.lavastream.job;

import io.lavastream.engine.ErrorCode;
import io.lavastream.schemas.FailureCode;
import java.util.Optional;

/** What the engine's error codes are called on the topics. */
final class FailureCodes {
    private FailureCodes() {}

    /**
     * Empty for an end that says nothing about the request: it was cancelled, or the engine closed or broke under it.
     * Such a request has no outcome; it stays in the last checkpoint and runs again.
     */
    static Optional<FailureCode> of(ErrorCode code) {
        return switch (code) {
            case EMPTY_QUESTION -> Optional.of(FailureCode.EMPTY_QUESTION);
            case INVALID_PARAMETER -> Optional.of(FailureCode.INVALID_PARAMETER);
            case PROMPT_TOO_LONG -> Optional.of(FailureCode.PROMPT_TOO_LONG);
            case IMAGE_CORRUPT -> Optional.of(FailureCode.IMAGE_CORRUPT);
            case IMAGE_UNSUPPORTED -> Optional.of(FailureCode.IMAGE_UNSUPPORTED);
            case IMAGE_TOO_LARGE -> Optional.of(FailureCode.IMAGE_TOO_LARGE);
            case UNKNOWN_MODEL -> Optional.of(FailureCode.UNKNOWN_MODEL);
            case DEADLINE_EXCEEDED -> Optional.of(FailureCode.DEADLINE_EXCEEDED);
            case OVERLOADED -> Optional.of(FailureCode.OVERLOADED);
            case INTERNAL -> Optional.of(FailureCode.INTERNAL);
            case CANCELLED, SHUTTING_DOWN, ENGINE_FAILED -> Optional.empty();
        };
    }
}
