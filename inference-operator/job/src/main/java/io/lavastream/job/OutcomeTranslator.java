package io.lavastream.job;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.GenerationResult;
import io.lavastream.job.images.ImageException;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.ChoiceProbability;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.schemas.Times;
import io.lavastream.schemas.TokenCounts;
import io.lavastream.schemas.TokenLogprobs;
import io.lavastream.schemas.TokenProbability;
import java.time.Duration;
import java.util.Optional;

/** Turns what became of a request into its outcome on the topic. */
final class OutcomeTranslator {
    private static final int LONGEST_DETAIL = 2_000;
    private static final double NANOS_PER_MILLI = 1e6;

    private OutcomeTranslator() {}

    /**
     * @param queued from admission by the gate to arrival in the job
     * @param fetch the time that reading the images took
     */
    static Outcome answered(
            TicketedQuestion question, GenerationResult result, Duration queued, Duration fetch) {
        GenerationResult.Timings timings = result.timings();
        Times times =
                Times.newBuilder()
                        .setQueueMs(millis(queued.plus(timings.queue())))
                        .setFetchMs(millis(fetch))
                        .setVisionMs(millis(timings.vision()))
                        .setPrefillMs(millis(timings.prefill()))
                        .setDecodeMs(millis(timings.decode()))
                        .build();
        Answer answer =
                Answer.newBuilder()
                        .setRequestId(question.getRequestId())
                        .setAttempt(question.getAttempt())
                        .setText(result.text())
                        .setFinishReason(finishReason(result.finishReason()))
                        .setTokens(
                                new TokenCounts(
                                        result.tokens().prompt(),
                                        result.tokens().image(),
                                        result.tokens().generated()))
                        .setChoices(
                                result.choices().stream()
                                        .map(
                                                choice ->
                                                        new ChoiceProbability(
                                                                choice.answer(),
                                                                choice.probability()))
                                        .toList())
                        .setOutside(
                                result.outside().isPresent()
                                        ? result.outside().getAsDouble()
                                        : null)
                        .setLogprobs(
                                result.logProbabilities().stream()
                                        .map(OutcomeTranslator::logprobs)
                                        .toList())
                        .setTimes(times)
                        .setModel(result.model().name())
                        .setModelRevision(result.model().revision())
                        .setTemplate(result.model().template())
                        .setImageMode(result.model().imageMode())
                        .setSeed(result.seed())
                        .setAttributes(question.getAttributes())
                        .build();
        return new Outcome(question.getRequestId(), question.getAttempt(), answer);
    }

    private static TokenLogprobs logprobs(GenerationResult.TokenLogProbability token) {
        return new TokenLogprobs(
                probability(token.chosen()),
                token.top().stream().map(OutcomeTranslator::probability).toList());
    }

    private static TokenProbability probability(GenerationResult.TokenProbability token) {
        return new TokenProbability(token.id(), token.text(), token.logProbability());
    }

    /** Empty where {@code cause} says nothing about the request, which then runs again: {@link FailureCodes#of}. */
    static Optional<Outcome> failed(TicketedQuestion question, Throwable cause, Stage stage) {
        if (cause instanceof EngineException failure) {
            return FailureCodes.of(failure.code())
                    .map(
                            code ->
                                    failed(
                                            question,
                                            code,
                                            failure.code().retryable(),
                                            failure.getMessage(),
                                            stage));
        }
        if (cause instanceof ImageException failure) {
            return Optional.of(
                    failed(
                            question,
                            failure.code(),
                            failure.retryable(),
                            failure.getMessage(),
                            Stage.FETCH));
        }
        if (cause instanceof DeadlyRequestException deadly) {
            return Optional.of(
                    failed(
                            question,
                            FailureCode.INTERNAL,
                            false,
                            deadly.deaths(),
                            deadly.getMessage(),
                            stage));
        }
        return Optional.of(
                failed(question, FailureCode.INTERNAL, true, String.valueOf(cause), stage));
    }

    static Outcome failed(
            TicketedQuestion question,
            FailureCode code,
            boolean retryable,
            String detail,
            Stage stage) {
        return failed(question, code, retryable, 1, detail, stage);
    }

    private static Outcome failed(
            TicketedQuestion question,
            FailureCode code,
            boolean retryable,
            int attempts,
            String detail,
            Stage stage) {
        Failure failure =
                Failure.newBuilder()
                        .setRequestId(question.getRequestId())
                        .setAttempt(question.getAttempt())
                        .setCode(code)
                        .setRetryable(retryable)
                        .setDetail(shortened(detail))
                        .setStage(stage)
                        .setAttempts(attempts)
                        .setAttributes(question.getAttributes())
                        .build();
        return new Outcome(question.getRequestId(), question.getAttempt(), failure);
    }

    /** Replaces an outcome that its topic would refuse: such a record would stop the job at every attempt. */
    static Outcome tooLarge(Outcome outcome, int bytes, int limit) {
        Failure failure =
                Failure.newBuilder()
                        .setRequestId(outcome.getRequestId())
                        .setAttempt(outcome.getAttempt())
                        .setCode(FailureCode.INTERNAL)
                        .setRetryable(false)
                        .setDetail(
                                "outcome and attributes of %d bytes (expected: at most %d)"
                                        .formatted(bytes, limit))
                        .setStage(Stage.INFERENCE)
                        .build();
        return new Outcome(outcome.getRequestId(), outcome.getAttempt(), failure);
    }

    private static FinishReason finishReason(io.lavastream.engine.FinishReason reason) {
        return switch (reason) {
            case END_OF_SEQUENCE -> FinishReason.END_OF_SEQUENCE;
            case STOP_TEXT -> FinishReason.STOP_TEXT;
            case LENGTH -> FinishReason.LENGTH;
        };
    }

    private static String shortened(String detail) {
        String text = String.valueOf(detail);
        return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL);
    }

    private static double millis(Duration duration) {
        return duration.toNanos() / NANOS_PER_MILLI;
    }
}
