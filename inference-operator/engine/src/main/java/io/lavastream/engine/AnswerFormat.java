package io.lavastream.engine;

import java.util.List;

/**
 * The answer formats that LLaVA-1.5 was trained on (arXiv 2310.03744, section 3.2 and appendix). Each
 * is rendered as the exact suffix of the training data.
 */
public sealed interface AnswerFormat {

    /** Conversation: no suffix. */
    record Free() implements AnswerFormat {}

    /** A single word or phrase; {@code unanswerable} permits the answer "Unanswerable". */
    record ShortAnswer(boolean unanswerable) implements AnswerFormat {}

    /** The letter of one of 2 to 26 options. {@code language} is {@code en} or {@code zh}. */
    record MultipleChoice(List<String> options, String language) implements AnswerFormat {
        public MultipleChoice {
            options = List.copyOf(options);
        }
    }

    /** "Yes" or "No", asked with the short-answer suffix. */
    record YesNo() implements AnswerFormat {}

    /** A one-sentence caption; the question's text may be empty. */
    record Caption() implements AnswerFormat {}
}
