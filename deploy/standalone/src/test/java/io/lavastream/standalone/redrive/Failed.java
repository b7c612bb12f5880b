package io.lavastream.standalone.redrive;

import io.lavastream.failures.FailureCodes;
import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Failures that tests start from. */
final class Failed {
    private Failed() {}

    static Failure of(String requestId, int attempt, FailureCode code) {
        return of(question(requestId, attempt, List.of()), code, Stage.INFERENCE);
    }

    static Failure of(TicketedQuestion question, FailureCode code, Stage stage) {
        return Failure.newBuilder()
                .setRequestId(question.getRequestId())
                .setAttempt(question.getAttempt())
                .setCode(code)
                .setRetryable(FailureCodes.retryable(code))
                .setDetail("on purpose")
                .setStage(stage)
                .setQuestion(question)
                .build();
    }

    static TicketedQuestion question(String requestId, int attempt, List<ImageReference> images) {
        return TicketedQuestion.newBuilder()
                .setRequestId(requestId)
                .setAttempt(attempt)
                .setSource(new RecordPosition("vqa.questions.bulk", 3, 7L))
                .setText("What is this?")
                .setSystem("Be brief.")
                .setImages(images)
                .setAnswerFormat(AnswerFormat.newBuilder().build())
                .setSampling(Sampling.newBuilder().setTopK(5).build())
                .setDeadline(Instant.EPOCH)
                .setModel("llava")
                .setAttributes(Map.of("tenant", "a"))
                .build();
    }
}
