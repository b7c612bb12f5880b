package io.lavastream.standalone.demo;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.Times;
import io.lavastream.schemas.TokenCounts;
import io.lavastream.standalone.client.Reply;
import java.util.Optional;

/** Questions and outcomes for tests. */
final class Replies {
    private Replies() {}

    static SceneQuestion question(String id, String answer) {
        return question(id, Optional.of(answer), Optional.empty());
    }

    static SceneQuestion broken(String id, FailureCode code) {
        return question(id, Optional.empty(), Optional.of(code));
    }

    static SceneQuestion question(
            String id, Optional<String> answer, Optional<FailureCode> failure) {
        return new SceneQuestion(
                id, "images/a.jpg", "What color?", answer, answer, failure, "color");
    }

    static Reply answered(String id, String text) {
        return new Reply.Answered(
                Answer.newBuilder()
                        .setRequestId(id)
                        .setAttempt(1)
                        .setText(text)
                        .setFinishReason(FinishReason.END_OF_SEQUENCE)
                        .setTokens(new TokenCounts(70, 64, 1))
                        .setTimes(new Times(0d, 0d, 0d, 0d, 0d))
                        .setModel("scenes-llava")
                        .setModelRevision("1")
                        .build());
    }

    static Reply failed(String id, FailureCode code, String detail) {
        return new Reply.Failed(
                Failure.newBuilder()
                        .setRequestId(id)
                        .setAttempt(1)
                        .setCode(code)
                        .setRetryable(false)
                        .setDetail(detail)
                        .setStage(Stage.INFERENCE)
                        .build());
    }
}
