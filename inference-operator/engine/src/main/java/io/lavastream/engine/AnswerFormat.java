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

    /**
     * The letter of one of 2 to 26 options. {@code language} is {@code en} or {@code zh}; {@code constrained} permits nothing but
     * a letter.
     */
    record MultipleChoice(List<String> options, String language, boolean constrained)
            implements AnswerFormat {
        public MultipleChoice {
            options = List.copyOf(options);
        }

        /** Asked for a letter, free to say anything. */
        public MultipleChoice(List<String> options, String language) {
            this(options, language, false);
        }
    }

    /** "Yes" or "No", asked with the short-answer suffix; {@code constrained} permits nothing else. */
    record YesNo(boolean constrained) implements AnswerFormat {
        /** Asked for one of the two, free to say anything. */
        public YesNo() {
            this(false);
        }
    }

    /** A one-sentence caption; the question's text may be empty. */
    record Caption() implements AnswerFormat {}

    /** A short description of a region; the question's text names the region, in training by its box. */
    record RegionDescription() implements AnswerFormat {}
}
