package io.lavastream.ingest;

import io.lavastream.failures.FailureCodes;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;

/** Failure records that are complete and fit their topic. */
final class Failures {
    /** In UTF-16 units; longer details are cut. */
    private static final int MAX_DETAIL_LENGTH = 2_000;

    private Failures() {}

    /** A failure that the gate decided on. */
    static Failure of(TicketedQuestion question, FailureCode code, String detail, Stage stage) {
        return complete(
                Failure.newBuilder()
                        .setRequestId(question.getRequestId())
                        .setAttempt(question.getAttempt())
                        .setCode(code)
                        .setRetryable(FailureCodes.retryable(code))
                        .setDetail(detail)
                        .setStage(stage),
                question);
    }

    /** A failure that the job decided on, with the question that only the gate keeps. */
    static Failure of(Failure fromJob, TicketedQuestion question) {
        return complete(
                Failure.newBuilder()
                        .setRequestId(question.getRequestId())
                        .setAttempt(question.getAttempt())
                        .setCode(fromJob.getCode())
                        .setRetryable(fromJob.getRetryable())
                        .setDetail(fromJob.getDetail())
                        .setStage(fromJob.getStage())
                        .setAttempts(fromJob.getAttempts()),
                question);
    }

    private static Failure complete(Failure.Builder failure, TicketedQuestion question) {
        return failure.setDetail(TextBudget.cut(failure.getDetail(), MAX_DETAIL_LENGTH))
                .setQuestion(question)
                .setAttributes(question.getAttributes())
                .build();
    }
}
