package io.lavastream.ingest;

import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.AnswerKind;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Refusal;
import io.lavastream.schemas.Role;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Turn;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Checks a question once, where it comes in. A refusal names the field, the value found and the value expected.
 * Immutable.
 */
final class QuestionValidator {
    private static final int MIN_OPTIONS = 2;
    private static final int MAX_OPTIONS = 26;

    // The engine's bounds (SamplingParams), repeated here because ingest does not depend on the
    // engine.
    private static final double MAX_TEMPERATURE = 100;
    private static final double MAX_REPETITION_PENALTY = 100;
    private static final int MAX_TOP_LOGPROBS = 20;

    /** Tokens and log-probabilities beside them in one answer: with the longest tokens they fit an answer's record. */
    private static final int MAX_LOGPROBS = 512 * 21;

    private static final int DEFAULT_MAX_NEW_TOKENS = 512;
    private static final int MAX_STOPS = 16;
    private static final int MAX_STOP_LENGTH = 256;

    private static final int SHOWN_CHARACTERS = 80;

    private final QuestionLimits limits;
    private final List<Function<Question, Optional<Refusal>>> rules;

    QuestionValidator(QuestionLimits limits) {
        this.limits = limits;
        // Length first: whatever else is wrong, a text that is too long shall not be worked on.
        rules =
                List.of(
                        this::length,
                        this::attempt,
                        this::images,
                        this::turns,
                        this::format,
                        this::text,
                        question -> sampling(question.getSampling()),
                        this::deadline,
                        this::model);
    }

    /** Why the question cannot even be a failure, which is keyed by its request id. */
    static Optional<String> unkeyable(String field, String id) {
        if (id.isBlank() || id.length() > QuestionLimits.MAX_ID_LENGTH) {
            return Optional.of(
                    "%s: %s (expected: 1 to %d characters, not blank)"
                            .formatted(
                                    field,
                                    id.isBlank()
                                            ? "'" + shown(id) + "'"
                                            : id.length() + " characters",
                                    QuestionLimits.MAX_ID_LENGTH));
        }
        return Optional.empty();
    }

    /** The first rule that the question breaks; empty for a question that may be admitted. */
    Optional<Refusal> refusal(Question question) {
        for (Function<Question, Optional<Refusal>> rule : rules) {
            Optional<Refusal> refusal = rule.apply(question);
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> length(Question question) {
        long characters = TextBudget.characters(question);
        return check(
                characters <= limits.maxCharacters(),
                FailureCode.QUESTION_TOO_LONG,
                "text, system, turns, options, stops and attributes",
                characters + " characters",
                "at most " + limits.maxCharacters());
    }

    private Optional<Refusal> attempt(Question question) {
        return valid(question.getAttempt() >= 1, "attempt", question.getAttempt(), ">= 1");
    }

    private Optional<Refusal> images(Question question) {
        List<ImageSource> images = question.getImages();
        if (images.size() > limits.maxImages()) {
            return invalid("images", images.size(), "at most " + limits.maxImages());
        }
        for (int i = 0; i < images.size(); i++) {
            Optional<Refusal> refusal = image(images.get(i), "images[%d]".formatted(i));
            if (refusal.isPresent()) {
                return refusal;
            }
        }
        return Optional.empty();
    }

    private Optional<Refusal> image(ImageSource image, String field) {
        long ways =
                Stream.of(image.getData(), image.getImageId(), image.getUri())
                        .filter(Objects::nonNull)
                        .count();
        if (ways != 1) {
            return invalid(field, ways + " of data, image_id and uri", "exactly one");
        }
        if (image.getData() != null && image.getData().remaining() > limits.maxImageBytes()) {
            return check(
                    false,
                    FailureCode.IMAGE_TOO_LARGE,
                    field + ".data",
                    image.getData().remaining() + " bytes",
                    "at most " + limits.maxImageBytes() + "; larger images by uri");
        }
        return firstOf(
                List.of(
                        name(field + ".image_id", image.getImageId(), QuestionLimits.MAX_ID_LENGTH),
                        name(field + ".uri", image.getUri(), QuestionLimits.MAX_URI_LENGTH),
                        name(
                                field + ".content_type",
                                image.getContentType(),
                                QuestionLimits.MAX_CONTENT_TYPE_LENGTH)));
    }

    private Optional<Refusal> turns(Question question) {
        List<Turn> turns = question.getTurns();
        for (int i = 0; i < turns.size(); i++) {
            Role expected = i % 2 == 0 ? Role.USER : Role.ASSISTANT;
            if (turns.get(i).getRole() != expected) {
                return invalid(
                        "turns[%d].role".formatted(i),
                        turns.get(i).getRole(),
                        expected + ": turns alternate, USER first");
            }
        }
        return valid(
                turns.size() % 2 == 0,
                "turns",
                turns.size() + " turns, the last one USER",
                "the last one ASSISTANT, the question itself in text");
    }

    private Optional<Refusal> format(Question question) {
        AnswerFormat format = question.getAnswerFormat();
        int options = format.getOptions().size();
        if (format.getKind() == AnswerKind.UNKNOWN) {
            return invalid("answer_format.kind", "unknown", "one that this version knows");
        }
        if (format.getConstrained()
                && format.getKind() != AnswerKind.MULTIPLE_CHOICE
                && format.getKind() != AnswerKind.YES_NO) {
            return invalid(
                    "answer_format.constrained",
                    "true with " + format.getKind(),
                    "MULTIPLE_CHOICE or YES_NO, which say what is permitted");
        }
        if (format.getKind() != AnswerKind.MULTIPLE_CHOICE) {
            return valid(
                    options == 0,
                    "answer_format.options",
                    options + " options",
                    "none with " + format.getKind());
        }
        return firstOf(
                List.of(
                        valid(
                                options >= MIN_OPTIONS && options <= MAX_OPTIONS,
                                "answer_format.options",
                                options + " options",
                                MIN_OPTIONS + " to " + MAX_OPTIONS),
                        valid(
                                format.getOptions().stream().noneMatch(String::isBlank),
                                "answer_format.options",
                                "a blank option",
                                "text"),
                        valid(
                                List.of("en", "zh").contains(format.getLanguage()),
                                "answer_format.language",
                                shown(format.getLanguage()),
                                "en or zh")));
    }

    private Optional<Refusal> text(Question question) {
        boolean mayBeEmpty = question.getAnswerFormat().getKind() == AnswerKind.CAPTION;
        return check(
                mayBeEmpty || !question.getText().isBlank(),
                FailureCode.EMPTY_QUESTION,
                "text",
                question.getText().isEmpty() ? "empty" : "blank",
                "a question");
    }

    private static Optional<Refusal> sampling(Sampling sampling) {
        Double temperature = sampling.getTemperature();
        Double topP = sampling.getTopP();
        Integer topK = sampling.getTopK();
        Double minP = sampling.getMinP();
        Double penalty = sampling.getRepetitionPenalty();
        Integer topLogprobs = sampling.getTopLogprobs();
        Integer maxNewTokens = sampling.getMaxNewTokens();
        List<String> stops = sampling.getStop();
        return firstOf(
                List.of(
                        valid(
                                temperature == null
                                        || (temperature >= 0 && temperature <= MAX_TEMPERATURE),
                                "sampling.temperature",
                                temperature,
                                "0 to " + MAX_TEMPERATURE),
                        valid(
                                topP == null || (topP > 0 && topP <= 1),
                                "sampling.top_p",
                                topP,
                                "above 0, at most 1"),
                        valid(
                                topK == null || topK >= 0,
                                "sampling.top_k",
                                topK,
                                ">= 0, where 0 keeps all"),
                        valid(
                                minP == null || (minP >= 0 && minP <= 1),
                                "sampling.min_p",
                                minP,
                                "0 to 1"),
                        valid(
                                penalty == null
                                        || (penalty > 0 && penalty <= MAX_REPETITION_PENALTY),
                                "sampling.repetition_penalty",
                                penalty,
                                "above 0, at most " + MAX_REPETITION_PENALTY),
                        valid(
                                topLogprobs == null
                                        || (topLogprobs >= 0 && topLogprobs <= MAX_TOP_LOGPROBS),
                                "sampling.top_logprobs",
                                topLogprobs,
                                "0 to " + MAX_TOP_LOGPROBS),
                        valid(
                                topLogprobs == null
                                        || logprobs(topLogprobs, maxNewTokens) <= MAX_LOGPROBS,
                                "sampling.top_logprobs",
                                topLogprobs + " with max_new_tokens " + maxNewTokens,
                                "(top_logprobs + 1) * max_new_tokens at most " + MAX_LOGPROBS),
                        valid(
                                maxNewTokens == null || maxNewTokens >= 1,
                                "sampling.max_new_tokens",
                                maxNewTokens,
                                ">= 1"),
                        valid(
                                stops.size() <= MAX_STOPS,
                                "sampling.stop",
                                stops.size() + " texts",
                                "at most " + MAX_STOPS),
                        valid(
                                stops.stream()
                                        .allMatch(
                                                stop ->
                                                        !stop.isEmpty()
                                                                && stop.length()
                                                                        <= MAX_STOP_LENGTH),
                                "sampling.stop",
                                "a text that is empty or too long",
                                "1 to " + MAX_STOP_LENGTH + " characters")));
    }

    private static long logprobs(int top, Integer maxNewTokens) {
        return (top + 1L) * (maxNewTokens == null ? DEFAULT_MAX_NEW_TOKENS : maxNewTokens);
    }

    private Optional<Refusal> deadline(Question question) {
        Long timeToLive = question.getTimeToLiveMs();
        return firstOf(
                List.of(
                        valid(
                                question.getDeadline() == null || timeToLive == null,
                                "deadline",
                                "deadline and time_to_live_ms",
                                "at most one of them"),
                        valid(
                                timeToLive == null || timeToLive >= 1,
                                "time_to_live_ms",
                                timeToLive,
                                ">= 1")));
    }

    private Optional<Refusal> model(Question question) {
        return name("model", question.getModel(), QuestionLimits.MAX_MODEL_LENGTH);
    }

    private static Optional<Refusal> name(String field, String value, int most) {
        if (value == null || (!value.isBlank() && value.length() <= most)) {
            return Optional.empty();
        }
        return invalid(
                field,
                value.isBlank() ? "blank" : value.length() + " characters",
                "1 to " + most + " characters");
    }

    private static Optional<Refusal> firstOf(List<Optional<Refusal>> refusals) {
        return refusals.stream().flatMap(Optional::stream).findFirst();
    }

    private static Optional<Refusal> valid(
            boolean condition, String field, Object found, String expected) {
        return check(condition, FailureCode.INVALID_PARAMETER, field, found, expected);
    }

    private static Optional<Refusal> invalid(String field, Object found, String expected) {
        return valid(false, field, found, expected);
    }

    private static Optional<Refusal> check(
            boolean condition, FailureCode code, String field, Object found, String expected) {
        return condition
                ? Optional.empty()
                : Optional.of(
                        new Refusal(
                                code, "%s: %s (expected: %s)".formatted(field, found, expected)));
    }

    private static String shown(String text) {
        return TextBudget.cut(text, SHOWN_CHARACTERS);
    }
}
