package io.lavastream.standalone.demo;

import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.client.Reply;
import java.util.Optional;

/**
 * A question and its outcome.
 *
 * @param millis from the sending of the question to the arrival of the outcome
 */
public record DemoResult(SceneQuestion question, Reply reply, long millis) {
    /** How an outcome compares with what was expected. */
    public enum Mark {
        RIGHT,
        WRONG,
        /** Answered, and no right answer is known. */
        ANSWERED,
        FAILED_AS_EXPECTED,
        FAILED
    }

    public Mark mark() {
        if (failure().isPresent()) {
            return isExpectedFailure() ? Mark.FAILED_AS_EXPECTED : Mark.FAILED;
        }
        if (question.failure().isPresent()) {
            return Mark.WRONG;
        }
        if (question.answer().isEmpty()) {
            return Mark.ANSWERED;
        }
        return question.answer().equals(text()) ? Mark.RIGHT : Mark.WRONG;
    }

    /** The answer's text; empty for a failure. */
    public Optional<String> text() {
        return reply instanceof Reply.Answered answered
                ? Optional.of(answered.answer().getText())
                : Optional.empty();
    }

    /** The failure's code; empty for an answer. */
    public Optional<FailureCode> failure() {
        return reply instanceof Reply.Failed failed
                ? Optional.of(failed.failure().getCode())
                : Optional.empty();
    }

    /** Whether the answer is the one that the reference implementation gives; empty where that is not known. */
    public Optional<Boolean> equalsReference() {
        return question.referenceAnswer().map(reference -> text().equals(Optional.of(reference)));
    }

    private boolean isExpectedFailure() {
        return question.failure().equals(failure());
    }
}
