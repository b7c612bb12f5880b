package io.lavastream.engine.prompt;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import java.util.List;

/** What LLaVA-1.5's training data puts after a question to ask for an answer's form (arXiv 2310.03744). */
final class AnswerSuffix {
    private static final int MAX_OPTIONS = 26;

    private static final String SHORT_ANSWER = "Answer the question using a single word or phrase.";
    private static final String UNANSWERABLE =
            "When the provided information is insufficient, respond with 'Unanswerable'.";
    private static final String LETTER =
            "Answer with the option's letter from the given choices directly.";
    private static final String LETTER_CHINESE = "请直接回答选项字母。";
    private static final String CAPTION = "Provide a one-sentence caption for the provided image.";

    private static final String REGION = "Provide a short description for this region.";

    private AnswerSuffix() {}

    /**
     * {@code question} as the user's turn.
     *
     * @throws EngineException with {@link ErrorCode#EMPTY_QUESTION} if it is blank and the format needs
     *     one, with {@link ErrorCode#INVALID_PARAMETER} for a format that cannot be asked
     */
    static String ask(String question, AnswerFormat format) {
        if (format instanceof AnswerFormat.Caption) {
            return question.isBlank() ? CAPTION : question + "\n" + CAPTION;
        }
        if (question.isBlank()) {
            throw new EngineException(
                    ErrorCode.EMPTY_QUESTION,
                    "question: %d characters, none visible (expected: a text)"
                            .formatted(question.length()));
        }
        if (format instanceof AnswerFormat.MultipleChoice choice) {
            return question + options(choice.options()) + "\n" + letterSuffix(choice.language());
        }
        if (format instanceof AnswerFormat.RegionDescription) {
            return question + "\n" + REGION;
        }
        if (format instanceof AnswerFormat.ShortAnswer answer && answer.unanswerable()) {
            return question + "\n" + UNANSWERABLE + "\n" + SHORT_ANSWER;
        }
        return format instanceof AnswerFormat.Free ? question : question + "\n" + SHORT_ANSWER;
    }

    /** The letter of option {@code index}: {@code A} for 0. */
    static String letter(int index) {
        return String.valueOf((char) ('A' + index));
    }

    private static String options(List<String> options) {
        if (options.size() < 2 || options.size() > MAX_OPTIONS) {
            throw invalid("format.options", options.size() + " options", "2 to " + MAX_OPTIONS);
        }
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < options.size(); i++) {
            if (options.get(i).isBlank()) {
                throw invalid("format.options", "option " + letter(i) + " is blank", "a text");
            }
            lines.append('\n').append(letter(i)).append(". ").append(options.get(i));
        }
        return lines.toString();
    }

    private static String letterSuffix(String language) {
        return switch (language) {
            case "en" -> LETTER;
            case "zh" -> LETTER_CHINESE;
            default -> throw invalid("format.language", language, "en or zh");
        };
    }

    private static EngineException invalid(String field, String found, String expected) {
        return new EngineException(
                ErrorCode.INVALID_PARAMETER,
                "%s: %s (expected: %s)".formatted(field, found, expected));
    }
}
