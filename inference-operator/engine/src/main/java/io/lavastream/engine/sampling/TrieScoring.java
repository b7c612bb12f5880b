package io.lavastream.engine.sampling;

import io.lavastream.engine.GenerationResult.ChoiceProbability;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Scores permitted answers along their whole token sequences. It names the beginnings after which it wants to see the model's
 * logits, each right after those it continues, so that a cache that holds a beginning's tokens can be written on from any of its
 * positions; once it has seen all, it knows the probability of every spelling. Used by one thread at a time.
 */
public final class TrieScoring {
    private final AnswerTrie trie;
    private final List<AnswerTrie.Node> branches;
    private final Map<AnswerTrie.Node, float[]> logits = new HashMap<>();

    /** @param trie not empty */
    public TrieScoring(AnswerTrie trie) {
        this.trie = trie;
        this.branches = trie.branches();
    }

    /** Where every spelling begins. */
    public AnswerTrie.Node root() {
        return trie.root();
    }

    /** The beginning whose logits are wanted next, the root first; empty once all are known. */
    public Optional<AnswerTrie.Node> awaited() {
        return logits.size() < branches.size()
                ? Optional.of(branches.get(logits.size()))
                : Optional.empty();
    }

    /** Takes the raw logits, [vocabulary], that follow the {@link #awaited} beginning; they must not change afterwards. */
    public void accept(float[] next) {
        logits.put(awaited().orElseThrow(), next);
    }

    /** The raw logits that follow {@code node}, at which a spelling goes on. */
    public float[] logits(AnswerTrie.Node node) {
        return logits.get(node);
    }

    /**
     * Each answer's share: the probability of a spelling is the product of its tokens', an answer's is the sum over its
     * spellings. Where a spelling goes on behind an answer, what goes that way is not the shorter answer's.
     */
    public ChoiceProbabilities probabilities() {
        Map<String, Double> masses = new HashMap<>();
        add(trie.root(), 1, masses);
        List<ChoiceProbability> pooled = new ArrayList<>();
        for (String answer : trie.answers()) {
            pooled.add(new ChoiceProbability(answer, masses.getOrDefault(answer, 0.0)));
        }
        return ChoiceProbabilities.ofMasses(pooled);
    }

    private void add(AnswerTrie.Node node, double mass, Map<String, Double> masses) {
        double own = mass;
        if (logits.containsKey(node)) {
            LogProbabilities next = LogProbabilities.of(logits.get(node));
            for (AnswerTrie.Node child : node.children()) {
                double taken = mass * next.probability(child.token());
                add(child, taken, masses);
                own -= taken;
            }
        }
        double left = Math.max(0, own);
        node.answer().ifPresent(answer -> masses.merge(answer, left, Double::sum));
    }
}
