package io.lavastream.engine.runtime;

import io.lavastream.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;
import java.util.Set;

/**
 * What a model's answers are made of. Safe for use by several threads: nobody changes the set of bits.
 *
 * @param tokenizer gives the tokens' text
 * @param endOfSequence tokens that end an answer
 * @param neverProduced tokens that are no part of an answer: padding rows of the vocabulary and placeholders
 */
record AnswerVocabulary(Tokenizer tokenizer, Set<Integer> endOfSequence, BitSet neverProduced) {
    AnswerVocabulary {
        endOfSequence = Set.copyOf(endOfSequence);
        neverProduced = (BitSet) neverProduced.clone();
    }

    /** What {@code token} adds to a text, a part of a character as U+FFFD, a control token as nothing. */
    String text(int token) {
        return new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
    }
}
