package io.lavastream.job;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.TicketedQuestion;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Turns a question from the topic into a request to the engine. */
final class RequestTranslator {
    private RequestTranslator() {}

    /**
     * @param images the question's images, in its order
     * @throws EngineException with {@link ErrorCode#INVALID_PARAMETER} for what the engine has no word for
     */
    static GenerationRequest toEngine(
            TicketedQuestion question, List<EncodedImage> images, String lane) {
        return new GenerationRequest(
                question.getRequestId(),
                images,
                question.getTurns().stream().map(RequestTranslator::turn).toList(),
                question.getText(),
                format(question.getAnswerFormat()),
                sampling(question.getSampling()),
                lane,
                deadline(question),
                Optional.ofNullable(question.getModel()),
                Optional.ofNullable(question.getSystem()));
    }

    /** When the answer is of no more use; {@link Instant#MAX} for never. */
    static Instant deadline(TicketedQuestion question) {
        return question.getDeadline() == null ? Instant.MAX : question.getDeadline();
    }

    private static Turn turn(io.lavastream.schemas.Turn turn) {
        return switch (turn.getRole()) {
            case USER -> new Turn(Turn.Role.USER, turn.getText());
            case ASSISTANT -> new Turn(Turn.Role.ASSISTANT, turn.getText());
            case UNKNOWN -> throw unknown("turns.role", "USER or ASSISTANT");
        };
    }

    private static AnswerFormat format(io.lavastream.schemas.AnswerFormat format) {
        return switch (format.getKind()) {
            case FREE -> new AnswerFormat.Free();
            case SHORT -> new AnswerFormat.ShortAnswer(format.getAllowUnanswerable());
            case MULTIPLE_CHOICE ->
                    new AnswerFormat.MultipleChoice(
                            format.getOptions(), format.getLanguage(), format.getConstrained());
            case YES_NO -> new AnswerFormat.YesNo(format.getConstrained());
            case CAPTION -> new AnswerFormat.Caption();
            case REGION_DESCRIPTION -> new AnswerFormat.RegionDescription();
            case UNKNOWN ->
                    throw unknown(
                            "answer_format.kind",
                            "FREE, SHORT, MULTIPLE_CHOICE, YES_NO, CAPTION or REGION_DESCRIPTION");
        };
    }

    private static SamplingParams sampling(Sampling sampling) {
        SamplingParams defaults = SamplingParams.greedy();
        return new SamplingParams(
                orElse(sampling.getTemperature(), defaults.temperature()),
                orElse(sampling.getTopP(), defaults.topP()),
                orElse(sampling.getTopK(), defaults.topK()),
                orElse(sampling.getMinP(), defaults.minP()),
                orElse(sampling.getRepetitionPenalty(), defaults.repetitionPenalty()),
                orElse(sampling.getMaxNewTokens(), defaults.maxNewTokens()),
                sampling.getStop(),
                sampling.getSeed() == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(sampling.getSeed()),
                sampling.getTopLogprobs() == null
                        ? OptionalInt.empty()
                        : OptionalInt.of(sampling.getTopLogprobs()));
    }

    private static <T> T orElse(T given, T otherwise) {
        return given == null ? otherwise : given;
    }

    private static EngineException unknown(String field, String expected) {
        return new EngineException(
                ErrorCode.INVALID_PARAMETER,
                "%s: UNKNOWN (expected: %s)".formatted(field, expected));
    }
}
