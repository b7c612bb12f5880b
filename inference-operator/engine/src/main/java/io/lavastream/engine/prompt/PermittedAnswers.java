package io.lavastream.engine.prompt;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The answers a format permits, each with the tokens an answer may begin with when it is meant.
 *
 * <p>The rule: an answer's spellings are tokenized with and without SentencePiece's leading-space mark, and
 * the first token of each is pooled. {@code Yes} is spelled {@code Yes}, {@code yes} and {@code YES}, and
 * {@code No} likewise; an option's letter is spelled as it is, upper case. A lone space mark tells nothing
 * and is left out, as is a token that could begin more than one of the answers. Where a small vocabulary
 * leaves an answer no token, its set is empty.
 *
 * @param firstTokens ids by answer, in the order of the format; empty for formats that permit any answer
 */
public record PermittedAnswers(Map<String, Set<Integer>> firstTokens) {
    public PermittedAnswers {
        Map<String, Set<Integer>> copy = new LinkedHashMap<>();
        firstTokens.forEach(
                (answer, ids) -> copy.put(answer, Collections.unmodifiableSet(new TreeSet<>(ids))));
        firstTokens = Collections.unmodifiableMap(copy);
    }

    /** Those of {@code format} in the words of {@code tokenizer}. */
    public static PermittedAnswers of(AnswerFormat format, Tokenizer tokenizer) {
        Map<String, Set<Integer>> pooled = new LinkedHashMap<>();
        if (format instanceof AnswerFormat.YesNo) {
            pooled.put("Yes", firstTokens(tokenizer, List.of("Yes", "yes", "YES")));
            pooled.put("No", firstTokens(tokenizer, List.of("No", "no", "NO")));
        } else if (format instanceof AnswerFormat.MultipleChoice choice) {
            for (int i = 0; i < choice.options().size(); i++) {
                String letter = AnswerSuffix.letter(i);
                pooled.put(letter, firstTokens(tokenizer, List.of(letter)));
            }
        }
        removeShared(pooled);
        return new PermittedAnswers(pooled);
    }

    public boolean isEmpty() {
        return firstTokens.isEmpty();
    }

    private static Set<Integer> firstTokens(Tokenizer tokenizer, List<String> spellings) {
        Set<Integer> ids = new TreeSet<>();
        for (String spelling : spellings) {
            ids.add(tokenizer.encode(spelling)[0]);
            ids.add(tokenizer.encodeContinuation(spelling)[0]);
        }
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
