package io.lavastream.engine.prompt;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The answers a format permits, each with the tokens an answer may begin with when it is meant, and with the whole token
 * sequences that spell it.
 *
 * <p>The rule: an answer's spellings are tokenized with and without SentencePiece's leading-space mark, and
 * the first token of each is pooled. {@code Yes} is spelled {@code Yes}, {@code yes} and {@code YES}, and
 * {@code No} likewise; an option's letter is spelled as it is, upper case. A lone space mark tells nothing
 * and is left out, as is a token that could begin more than one of the answers. Where a small vocabulary
 * leaves an answer no token, its set is empty.
 *
 * <p>Where nothing but the permitted answers may be said, whole sequences are pooled instead, and none is left out: tokens
 * that begin several answers are told apart by those that follow.
 *
 * @param firstTokens ids by answer, in the order of the format; empty for formats that permit any answer
 * @param spellings token sequences by answer, in the order of the format; empty for formats that permit any answer
 * @param constrained whether nothing else may be said
 */
public record PermittedAnswers(
        Map<String, Set<Integer>> firstTokens,
        Map<String, Set<List<Integer>>> spellings,
        boolean constrained) {
    public PermittedAnswers {
        Map<String, Set<Integer>> ids = new LinkedHashMap<>();
        firstTokens.forEach(
                (answer, first) ->
                        ids.put(answer, Collections.unmodifiableSet(new TreeSet<>(first))));
        firstTokens = Collections.unmodifiableMap(ids);
        Map<String, Set<List<Integer>>> sequences = new LinkedHashMap<>();
        spellings.forEach((answer, spelled) -> sequences.put(answer, Set.copyOf(spelled)));
        spellings = Collections.unmodifiableMap(sequences);
    }

    /** Those of {@code format} in the words of {@code tokenizer}. */
    public static PermittedAnswers of(AnswerFormat format, Tokenizer tokenizer) {
        Map<String, List<String>> words = new LinkedHashMap<>();
        boolean constrained = false;
        if (format instanceof AnswerFormat.YesNo yesNo) {
            words.put("Yes", List.of("Yes", "yes", "YES"));
            words.put("No", List.of("No", "no", "NO"));
            constrained = yesNo.constrained();
        } else if (format instanceof AnswerFormat.MultipleChoice choice) {
            for (int i = 0; i < choice.options().size(); i++) {
                words.put(AnswerSuffix.letter(i), List.of(AnswerSuffix.letter(i)));
            }
            constrained = choice.constrained();
        }
        Map<String, Set<Integer>> firstTokens = new LinkedHashMap<>();
        Map<String, Set<List<Integer>>> spellings = new LinkedHashMap<>();
        words.forEach(
                (answer, spelled) -> {
                    spellings.put(answer, sequences(tokenizer, spelled));
                    firstTokens.put(answer, firstTokens(tokenizer, spellings.get(answer)));
                });
        removeShared(firstTokens);
        return new PermittedAnswers(firstTokens, spellings, constrained);
    }

    public boolean isEmpty() {
        return firstTokens.isEmpty();
    }

    private static Set<List<Integer>> sequences(Tokenizer tokenizer, List<String> words) {
        Set<List<Integer>> sequences = new LinkedHashSet<>();
        for (String word : words) {
            sequences.add(Arrays.stream(tokenizer.encode(word)).boxed().toList());
            sequences.add(Arrays.stream(tokenizer.encodeContinuation(word)).boxed().toList());
        }
        return sequences;
    }

    private static Set<Integer> firstTokens(Tokenizer tokenizer, Set<List<Integer>> sequences) {
        Set<Integer> ids = new TreeSet<>();
        sequences.forEach(sequence -> ids.add(sequence.get(0)));
        ids.removeIf(id -> new String(tokenizer.bytes(id), StandardCharsets.UTF_8).isBlank());
        return ids;
    }

    private static void removeShared(Map<String, Set<Integer>> pooled) {
        Set<Integer> seen = new TreeSet<>();
        Set<Integer> shared = new TreeSet<>();
        for (Set<Integer> ids : pooled.values()) {
            for (int id : ids) {
                if (!seen.add(id)) {
                    shared.add(id);
                }
            }
        }
        pooled.values().forEach(ids -> ids.removeAll(shared));
    }
}
