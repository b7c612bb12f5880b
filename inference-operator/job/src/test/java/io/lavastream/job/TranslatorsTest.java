package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.AnswerKind;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Role;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TranslatorsTest {
    @Test
    void nullsTakeTheEnginesStatedDefaults() {
        GenerationRequest request = translated(Samples.question("r", "what"));

        assertThat(request.sampling()).isEqualTo(SamplingParams.greedy());
        assertThat(request.deadline()).isEqualTo(Instant.MAX);
        assertThat(request.model()).isEmpty();
        assertThat(request.format()).isEqualTo(new AnswerFormat.Free());
        assertThat(request.lane()).isEqualTo("bulk");
    }

    @Test
    void everyFieldArrives() {
        GenerationRequest request =
                translated(
                        Samples.question("r", "what")
                                .setModel("llava")
                                .setDeadline(Samples.NOW)
                                .setTurns(
                                        List.of(
                                                new io.lavastream.schemas.Turn(Role.USER, "a"),
                                                new io.lavastream.schemas.Turn(
                                                        Role.ASSISTANT, "b")))
                                .setSampling(
                                        Sampling.newBuilder()
                                                .setTemperature(0.5)
                                                .setTopP(0.9)
                                                .setTopK(40)
                                                .setMaxNewTokens(8)
                                                .setStop(List.of("."))
                                                .setSeed(3L)
                                                .build()));

        assertThat(request.sampling())
                .isEqualTo(new SamplingParams(0.5, 0.9, 40, 8, List.of("."), OptionalLong.of(3)));
        assertThat(request.history())
                .containsExactly(new Turn(Turn.Role.USER, "a"), new Turn(Turn.Role.ASSISTANT, "b"));
        assertThat(request.deadline()).isEqualTo(Samples.NOW);
        assertThat(request.model()).isEqualTo(Optional.of("llava"));
    }

    @Test
    void everyFormatHasItsCounterpart() {
        assertThat(format(AnswerKind.SHORT)).isEqualTo(new AnswerFormat.ShortAnswer(true));
        assertThat(format(AnswerKind.MULTIPLE_CHOICE))
                .isEqualTo(new AnswerFormat.MultipleChoice(List.of("x", "y"), "zh"));
        assertThat(format(AnswerKind.YES_NO)).isEqualTo(new AnswerFormat.YesNo());
        assertThat(format(AnswerKind.CAPTION)).isEqualTo(new AnswerFormat.Caption());
        assertThatThrownBy(() -> format(AnswerKind.UNKNOWN))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_PARAMETER))
                .hasMessageContaining("answer_format.kind");
    }

    @Test
    void anAnswerCarriesWhatTheEngineSays() {
        Outcome outcome =
                OutcomeTranslator.answered(
                        Samples.question("r", "what").build(),
                        Samples.result("red"),
                        Duration.ofMillis(10),
                        Duration.ofMillis(20));

        Answer answer = (Answer) outcome.getResult();
        assertThat(outcome.getRequestId()).isEqualTo("r");
        assertThat(answer.getText()).isEqualTo("red");
        assertThat(answer.getFinishReason()).isEqualTo(FinishReason.END_OF_SEQUENCE);
        assertThat(answer.getTokens().getImage()).isEqualTo(576);
        assertThat(answer.getTimes().getQueueMs()).isEqualTo(11);
        assertThat(answer.getTimes().getFetchMs()).isEqualTo(20);
        assertThat(answer.getChoices().get(0).getProbability()).isEqualTo(0.75);
        assertThat(answer.getModelRevision()).isEqualTo("revision-1");
        assertThat(answer.getSeed()).isEqualTo(7);
        assertThat(answer.getAttributes()).containsEntry("sender", "test");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"CANCELLED", "SHUTTING_DOWN", "ENGINE_FAILED"})
    void anErrorOfTheRequestKeepsItsCode(ErrorCode code) {
        Failure failure = (Failure) failed(code).orElseThrow().getResult();

        assertThat(failure.getCode()).isEqualTo(FailureCode.valueOf(code.name()));
        assertThat(failure.getRetryable()).isEqualTo(code.retryable());
        assertThat(failure.getDetail()).isEqualTo("why");
    }

    @ParameterizedTest
    @EnumSource(
            value = ErrorCode.class,
            names = {"CANCELLED", "SHUTTING_DOWN", "ENGINE_FAILED"})
    void anEndThatIsNotTheRequestsIsNoOutcome(ErrorCode code) {
        assertThat(failed(code)).isEmpty();
    }

    private static Optional<Outcome> failed(ErrorCode code) {
        return OutcomeTranslator.failed(
                Samples.question("r", "what").build(),
                new EngineException(code, "why"),
                Stage.INFERENCE);
    }

    private static AnswerFormat format(AnswerKind kind) {
        io.lavastream.schemas.AnswerFormat format =
                new io.lavastream.schemas.AnswerFormat(kind, List.of("x", "y"), true, "zh");
        return translated(Samples.question("r", "what").setAnswerFormat(format)).format();
    }

    private static GenerationRequest translated(TicketedQuestion.Builder question) {
        return RequestTranslator.toEngine(question.build(), List.of(), "bulk");
    }
}
