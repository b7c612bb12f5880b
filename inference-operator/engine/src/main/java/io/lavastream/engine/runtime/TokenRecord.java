package io.lavastream.engine.runtime;

import io.lavastream.engine.GenerationResult.TokenLogProbability;
import io.lavastream.engine.GenerationResult.TokenProbability;
import io.lavastream.engine.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The log-probabilities of an answer's tokens, kept where its request asks for them. Used by one thread at a time. */
final class TokenRecord {
    private final AnswerVocabulary vocabulary;
    private final OptionalInt top;
    private final List<TokenLogProbability> entries = new ArrayList<>();

    /** @param top how many of the most probable tokens are kept beside each; empty keeps nothing */
    TokenRecord(AnswerVocabulary vocabulary, OptionalInt top) {
        this.vocabulary = vocabulary;
        this.top = top;
    }

    boolean isKept() {
        return top.isPresent();
    }

    /** Keeps {@code token}, which was chosen from the raw {@code logits}. */
    void add(int token, float[] logits) {
        if (top.isPresent()) {
            LogProbabilities probabilities = LogProbabilities.of(logits);
            List<TokenProbability> best =
                    probabilities.top(top.getAsInt()).stream()
                            .map(id -> entry(id, probabilities))
                            .toList();
            entries.add(new TokenLogProbability(entry(token, probabilities), best));
        }
    }

    List<TokenLogProbability> entries() {
        return List.copyOf(entries);
    }

    private TokenProbability entry(int id, LogProbabilities probabilities) {
        return new TokenProbability(id, vocabulary.text(id), probabilities.of(id));
    }
}
