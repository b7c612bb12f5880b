package io.lavastream.ingest;

import static io.lavastream.ingest.Records.byId;
import static io.lavastream.ingest.Records.byUri;
import static io.lavastream.ingest.Records.inline;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.AnswerKind;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Role;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Turn;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class QuestionValidatorTest {
    private final QuestionValidator validator =
            new QuestionValidator(new QuestionLimits(100, 2, 10));

    @ParameterizedTest(name = "{0}")
    @MethodSource("refused")
    void refuses(String detail, FailureCode code, Question.Builder question) {
        assertThat(validator.refusal(question.build()))
                .hasValueSatisfying(
                        refusal -> {
                            assertThat(refusal.getCode()).isEqualTo(code);
                            assertThat(refusal.getDetail()).startsWith(detail);
                        });
    }

    static Stream<Arguments> refused() {
        ImageSource none = ImageSource.newBuilder().build();
        ImageSource both =
                ImageSource.newBuilder().setImageId("i").setUri("https://a.example").build();
        String long257 = "x".repeat(257);
        return Stream.of(
                invalid("attempt: 0 (expected: >= 1)", question().setAttempt(0)),
                invalid("images: 3 (expected: at most 2)", images(byId("a"), byId("b"), byId("c"))),
                invalid("images[1]: 0 of data, image_id and uri", images(byId("a"), none)),
                invalid("images[0]: 2 of data, image_id and uri", images(both)),
                invalid("images[0].image_id: blank", images(byId(" "))),
                invalid("images[0].image_id: 257 characters", images(byId(long257))),
                invalid("images[0].uri: 2049 characters", images(byUri("u".repeat(2_049)))),
                refusal(
                        FailureCode.IMAGE_TOO_LARGE,
                        "images[0].data: 11 bytes (expected: at most 10",
                        images(inline("12345678901"))),
                invalid("turns[0].role: ASSISTANT", turns(Role.ASSISTANT)),
                invalid("turns[1].role: USER", turns(Role.USER, Role.USER)),
                invalid("turns[0].role: UNKNOWN", turns(Role.UNKNOWN)),
                invalid("turns: 1 turns, the last one USER", turns(Role.USER)),
                invalid("answer_format.kind: unknown", format(AnswerKind.UNKNOWN, List.of())),
                invalid(
                        "answer_format.options: 1 options (expected: 2 to 26)",
                        format(AnswerKind.MULTIPLE_CHOICE, List.of("a"))),
                invalid(
                        "answer_format.options: 27 options",
                        format(AnswerKind.MULTIPLE_CHOICE, Collections.nCopies(27, "a"))),
                invalid(
                        "answer_format.options: a blank option",
                        format(AnswerKind.MULTIPLE_CHOICE, List.of("a", " "))),
                invalid(
                        "answer_format.options: 2 options (expected: none with YES_NO)",
                        format(AnswerKind.YES_NO, List.of("a", "b"))),
                invalid(
                        "answer_format.language: fr",
                        question()
                                .setAnswerFormat(
                                        AnswerFormat.newBuilder()
                                                .setKind(AnswerKind.MULTIPLE_CHOICE)
                                                .setOptions(List.of("a", "b"))
                                                .setLanguage("fr")
                                                .build())),
                invalid(
                        "answer_format.constrained: true with SHORT",
                        question()
                                .setAnswerFormat(
                                        AnswerFormat.newBuilder()
                                                .setKind(AnswerKind.SHORT)
                                                .setConstrained(true)
                                                .build())),
                refusal(
                        FailureCode.EMPTY_QUESTION,
                        "text: empty",
                        format(AnswerKind.REGION_DESCRIPTION, List.of()).setText("")),
                refusal(FailureCode.EMPTY_QUESTION, "text: empty", question().setText("")),
                refusal(FailureCode.EMPTY_QUESTION, "text: blank", question().setText(" \n")),
                refusal(
                        FailureCode.QUESTION_TOO_LONG,
                        "text, system, turns, options, stops and attributes: 101 characters",
                        question().setText("x".repeat(101))),
                refusal(
                        FailureCode.QUESTION_TOO_LONG,
                        "text, system, turns, options, stops and attributes",
                        question().setSystem("s".repeat(101))),
                refusal(
                        FailureCode.QUESTION_TOO_LONG,
                        "text, system, turns, options, stops and attributes",
                        question().setAttributes(Map.of("name", "v".repeat(95)))),
                refusal(
                        FailureCode.QUESTION_TOO_LONG,
                        "text, system, turns, options, stops and attributes",
                        turns(Collections.nCopies(101, Role.USER).toArray(Role[]::new))),
                invalid("sampling.temperature: -0.1", sampling().setTemperature(-0.1)),
                invalid("sampling.temperature: 100.5", sampling().setTemperature(100.5)),
                invalid("sampling.temperature: NaN", sampling().setTemperature(Double.NaN)),
                invalid("sampling.top_p: 0.0", sampling().setTopP(0.0)),
                invalid("sampling.top_p: 1.5", sampling().setTopP(1.5)),
                invalid("sampling.top_p: NaN", sampling().setTopP(Double.NaN)),
                invalid("sampling.top_k: -1", sampling().setTopK(-1)),
                invalid("sampling.min_p: 1.5", sampling().setMinP(1.5)),
                invalid("sampling.min_p: NaN", sampling().setMinP(Double.NaN)),
                invalid("sampling.repetition_penalty: 0.0", sampling().setRepetitionPenalty(0.0)),
                invalid("sampling.top_logprobs: 21", sampling().setTopLogprobs(21)),
                invalid(
                        "sampling.top_logprobs: 20 with max_new_tokens 513",
                        sampling().setTopLogprobs(20).setMaxNewTokens(513)),
                invalid("sampling.max_new_tokens: 0", sampling().setMaxNewTokens(0)),
                invalid("sampling.stop: 17 texts", sampling().setStop(nCopies(17, "a"))),
                invalid("sampling.stop: a text that is", sampling().setStop(List.of(""))),
                invalid(
                        "deadline: deadline and time_to_live_ms",
                        question().setDeadline(Instant.EPOCH).setTimeToLiveMs(5L)),
                invalid("time_to_live_ms: 0 (expected: >= 1)", question().setTimeToLiveMs(0L)),
                invalid("model: blank", question().setModel("")));
    }

    @ParameterizedTest
    @MethodSource("accepted")
    void accepts(Question.Builder question) {
        assertThat(validator.refusal(question.build())).isEmpty();
    }

    static Stream<Question.Builder> accepted() {
        return Stream.of(
                question(),
                question().setText("x".repeat(100)),
                format(AnswerKind.CAPTION, List.of()).setText(""),
                format(AnswerKind.MULTIPLE_CHOICE, nCopies(26, "a")),
                turns(Role.USER, Role.ASSISTANT),
                images(inline("1234567890"), byUri("https://a.example/1.png")),
                question()
                        .setSampling(
                                sampling()
                                        .setTemperature(100.0)
                                        .setTopP(1.0)
                                        .setTopK(0)
                                        .setMinP(1.0)
                                        .setRepetitionPenalty(100.0)
                                        .setTopLogprobs(20)
                                        .setMaxNewTokens(1)
                                        .build()));
    }

    @Test
    void aStopTextMayHave256Characters() {
        QuestionValidator roomy = new QuestionValidator(QuestionLimits.DEFAULT);

        assertThat(roomy.refusal(withStop(256))).isEmpty();
        assertThat(roomy.refusal(withStop(257))).isPresent();
    }

    private static Question withStop(int length) {
        return question()
                .setSampling(sampling().setStop(List.of("s".repeat(length))).build())
                .build();
    }

    private static Question.Builder question() {
        return Records.question("r1").setText("Why?");
    }

    private static Sampling.Builder sampling() {
        return Sampling.newBuilder();
    }

    private static Question.Builder images(ImageSource... images) {
        return question().setImages(List.of(images));
    }

    private static Question.Builder turns(Role... roles) {
        return question().setTurns(Stream.of(roles).map(role -> new Turn(role, "")).toList());
    }

    private static Question.Builder format(AnswerKind kind, List<String> options) {
        return question()
                .setAnswerFormat(
                        AnswerFormat.newBuilder().setKind(kind).setOptions(options).build());
    }

    private static List<String> nCopies(int count, String text) {
        return Collections.nCopies(count, text);
    }

    private static Arguments invalid(String detail, Question.Builder question) {
        return refusal(FailureCode.INVALID_PARAMETER, detail, question);
    }

    private static Arguments invalid(String detail, Sampling.Builder sampling) {
        return invalid(detail, question().setSampling(sampling.build()));
    }

    private static Arguments refusal(FailureCode code, String detail, Question.Builder question) {
        return Arguments.of(detail, code, question);
    }
}
