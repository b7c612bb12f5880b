package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationResult.TokenLogProbability;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.prompt.PermittedAnswers;
import io.lavastream.engine.sampling.AnswerTrie;
import io.lavastream.engine.sampling.ChoiceProbabilities;
import io.lavastream.engine.sampling.RepetitionPenalty;
import io.lavastream.engine.sampling.Sampler;
import io.lavastream.engine.sampling.TrieScoring;
import io.lavastream.engine.tokenizer.TextStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * An answer as it grows: chooses each token, turns tokens into text, and knows when it ends. Used by one thread at a time.
 *
 * <p>Where only some answers are permitted, it first has the model read every beginning of their spellings, one after the other,
 * to score them; then it chooses among them, token by token as ever, and needs the model no more. The end of sequence behind a
 * permitted answer that nothing permitted continues goes without saying and is no token of it.
 */
final class Answer {
    /** What a token did to the answer: the text that is certain now, and the end where it is one. */
    record Step(String text, Optional<FinishReason> end) {}

    private final AnswerVocabulary vocabulary;
    private final SamplingParams sampling;
    private final long seed;
    private final PermittedAnswers permitted;
    private final Sampler sampler;
    private final TextStream stream;
    private final TokenRecord record;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> generated = new ArrayList<>();
    private ChoiceProbabilities probabilities = ChoiceProbabilities.NONE;
    private Optional<TrieScoring> scoring = Optional.empty();
    private int lastToken;
    private int lastIndex = -1;

    /** @param stops texts that end the answer, the request's and the template's */
    Answer(
            AnswerVocabulary vocabulary,
            SamplingParams sampling,
            long seed,
            List<String> stops,
            PermittedAnswers permitted) {
        this.vocabulary = vocabulary;
        this.sampling = sampling;
        this.seed = seed;
        this.permitted = permitted;
        this.sampler = new Sampler(vocabulary.neverProduced());
        this.stream = new TextStream(vocabulary.tokenizer(), stops);
        this.record = new TokenRecord(vocabulary, sampling.topLogProbabilities());
    }

    /** Whether the next step needs the model's logits; else its most probable token will do. */
    boolean needsLogits() {
        return !sampling.isGreedy()
                || sampling.repetitionPenalty() != 1
                || record.isKept()
                || permitted.constrained();
    }

    /** Whether to go on takes a look at all logits: neither the most probable token will do, nor those that permitted answers have. */
    boolean choosesByItself() {
        return needsLogits() && !permitted.constrained();
    }

    /**
     * Goes on with the raw {@code logits}, [vocabulary], that follow {@link #lastToken}, or the prompt.
     *
     * @param room tokens that the slot has room for in all
     * @throws EngineException with {@link ErrorCode#INVALID_PARAMETER} if no permitted answer is as short as the room and {@code
     *     max_new_tokens} want it
     */
    Step accept(float[] logits, int room) {
        if (permitted.constrained()) {
            return score(logits, room);
        }
        if (generated.isEmpty()) {
            probabilities = ChoiceProbabilities.of(logits, permitted);
        }
        int token = sampler.next(penalised(logits), sampling, seed, generated.size());
        record.add(token, logits);
        return accept(token, room);
    }

    /** Goes on with {@code token}, the most probable one. */
    Step accept(int token, int room) {
        String piece = add(token);
        if (vocabulary.endOfSequence().contains(token)) {
            return end(piece, FinishReason.END_OF_SEQUENCE);
        }
        if (stream.stopped()) {
            return end(piece, FinishReason.STOP_TEXT);
        }
        if (generated.size() >= longest(room)) {
            return end(piece, FinishReason.LENGTH);
        }
        text.append(piece);
        return new Step(piece, Optional.empty());
    }

    /** Number of tokens generated. */
    int tokens() {
        return generated.size();
    }

    /** The token that the model shall read next. */
    int lastToken() {
        return lastToken;
    }

    /** Its place in the answer, from 0. While answers are scored it may go back. */
    int lastIndex() {
        return lastIndex;
    }

    long seed() {
        return seed;
    }

    ChoiceProbabilities choiceProbabilities() {
        return probabilities;
    }

    List<TokenLogProbability> logProbabilities() {
        return record.entries();
    }

    /** All text so far, as it was given out piece by piece. */
    String text() {
        return text.toString();
    }

    private Step score(float[] logits, int room) {
        if (scoring.isEmpty()) {
            scoring = Optional.of(new TrieScoring(spellings(longest(room))));
        }
        TrieScoring scores = scoring.get();
        scores.accept(logits);
        Optional<AnswerTrie.Node> next = scores.awaited();
        if (next.isPresent()) {
            lastToken = next.get().token();
            lastIndex = next.get().depth() - 1;
            return new Step("", Optional.empty());
        }
        probabilities = scores.probabilities();
        return choosePermitted(scores);
    }

    /** Walks down the permitted spellings, choosing at each fork. */
    private Step choosePermitted(TrieScoring scores) {
        StringBuilder pieces = new StringBuilder();
        Optional<AnswerTrie.Node> node = Optional.of(scores.root());
        while (node.isPresent() && !node.get().tokens().isEmpty() && !stream.stopped()) {
            float[] logits = scores.logits(node.get());
            int token =
                    sampler.next(
                            only(permittedAfter(node.get()), penalised(logits)),
                            sampling,
                            seed,
                            generated.size());
            record.add(token, logits);
            pieces.append(add(token));
            node = node.get().child(token);
        }
        return end(pieces.toString(), FinishReason.END_OF_SEQUENCE);
    }

    private Set<Integer> permittedAfter(AnswerTrie.Node node) {
        Set<Integer> tokens = new TreeSet<>(node.tokens());
        if (node.answer().isPresent()) {
            tokens.addAll(vocabulary.endOfSequence());
        }
        return tokens;
    }

    private AnswerTrie spellings(int longest) {
        AnswerTrie trie = AnswerTrie.of(permitted.spellings(), longest);
        if (trie.isEmpty()) {
            throw new EngineException(
                    ErrorCode.INVALID_PARAMETER,
                    "max_new_tokens: room for %d (expected: as many as the shortest permitted answer has)"
                            .formatted(longest));
        }
        return trie;
    }

    private float[] penalised(float[] logits) {
        if (sampling.repetitionPenalty() == 1 || generated.isEmpty()) {
            return logits;
        }
        int[] tokens = generated.stream().mapToInt(token -> token).toArray();
        return RepetitionPenalty.apply(logits, tokens, sampling.repetitionPenalty());
    }

    private static float[] only(Set<Integer> tokens, float[] logits) {
        float[] masked = new float[logits.length];
        Arrays.fill(masked, Float.NEGATIVE_INFINITY);
        tokens.forEach(token -> masked[token] = logits[token]);
        return masked;
    }

    private String add(int token) {
        generated.add(token);
        lastToken = token;
        lastIndex = generated.size() - 1;
        return vocabulary.endOfSequence().contains(token) ? "" : stream.append(token);
    }

    private int longest(int room) {
        return Math.min(sampling.maxNewTokens(), room);
    }

    /** With the end, what the stream held back is certain; a stop text in it still counts as one. */
    private Step end(String piece, FinishReason reason) {
        String last = piece + stream.finish();
        text.append(last);
        return new Step(last, Optional.of(stream.stopped() ? FinishReason.STOP_TEXT : reason));
    }
}
