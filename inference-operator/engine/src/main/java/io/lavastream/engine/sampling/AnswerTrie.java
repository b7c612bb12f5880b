package io.lavastream.engine.sampling;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The token sequences that permitted answers may be spelled with, as a tree: each path from the root to a node that ends an
 * answer is one spelling. Immutable.
 */
public final class AnswerTrie {
    /** A beginning that some spellings share. */
    public static final class Node {
        private final int token;
        private final int depth;
        private final NavigableMap<Integer, Node> children = new TreeMap<>();
        private Optional<String> answer = Optional.empty();

        private Node(int token, int depth) {
            this.token = token;
            this.depth = depth;
        }

        /** The last token of this beginning; of no meaning at the root. */
        public int token() {
            return token;
        }

        /** How many tokens it has; 0 at the root. */
        public int depth() {
            return depth;
        }

        /** The answer that ends here; a longer spelling may still go on. */
        public Optional<String> answer() {
            return answer;
        }

        /** Tokens that some spelling goes on with. */
        public Set<Integer> tokens() {
            return Collections.unmodifiableSet(children.keySet());
        }

        /** By ascending token. */
        public Collection<Node> children() {
            return Collections.unmodifiableCollection(children.values());
        }

        /** The beginning longer by {@code next}, if a spelling has it. */
        public Optional<Node> child(int next) {
            return Optional.ofNullable(children.get(next));
        }
    }

    private final Node root = new Node(-1, 0);
    private final List<String> answers;

    private AnswerTrie(Collection<String> answers) {
        this.answers = List.copyOf(answers);
    }

    /**
     * Of spellings that have at most {@code longest} tokens; longer ones are left out.
     *
     * @param spellings token sequences by answer, none of them empty
     * @throws IllegalArgumentException if one sequence spells two answers
     */
    public static AnswerTrie of(
            Map<String, ? extends Collection<List<Integer>>> spellings, int longest) {
        AnswerTrie trie = new AnswerTrie(spellings.keySet());
        spellings.forEach(
                (answer, sequences) ->
                        sequences.stream()
                                .filter(sequence -> sequence.size() <= longest)
                                .forEach(sequence -> trie.add(answer, sequence)));
        return trie;
    }

    public Node root() {
        return root;
    }

    /** The answers in the order they were given, those without a spelling included. */
    public List<String> answers() {
        return answers;
    }

    /** Whether no spelling is left. */
    public boolean isEmpty() {
        return root.children.isEmpty();
    }

    /** The nodes at which a spelling goes on, every one before those below it: the order of a depth-first walk. */
    public List<Node> branches() {
        List<Node> branches = new ArrayList<>();
        collect(root, branches);
        return branches;
    }

    private static void collect(Node node, List<Node> branches) {
        if (!node.children.isEmpty()) {
            branches.add(node);
            node.children.values().forEach(child -> collect(child, branches));
        }
    }

    private void add(String answer, List<Integer> sequence) {
        Node node = root;
        for (int token : sequence) {
            int depth = node.depth + 1;
            node = node.children.computeIfAbsent(token, id -> new Node(id, depth));
        }
        if (node == root || node.answer.filter(other -> !other.equals(answer)).isPresent()) {
            throw new IllegalArgumentException(
                    "spelling of '%s': %s (expected: some tokens, no other answer's)"
                            .formatted(answer, sequence));
        }
        node.answer = Optional.of(answer);
    }
}
