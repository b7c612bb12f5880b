package io.lavastream.engine.tokenizer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Which two neighbouring ids become one, and which pair goes first: byte pair encoding (Sennrich et al.
 * 2016, arXiv 1508.07909). Merging takes O(n log n) for n symbols. Read by several threads once filled.
 */
final class MergeTable {
    private static final int GONE = Integer.MIN_VALUE;

    private final long[] keys;
    private final int[] ranks;
    private final int[] results;
    private final int mask;

    /** An empty table for {@code size} pairs. */
    MergeTable(int size) {
        int capacity = Integer.highestOneBit(Math.max(size, 4)) * 4;
        keys = new long[capacity];
        Arrays.fill(keys, -1);
        ranks = new int[capacity];
        results = new int[capacity];
        mask = capacity - 1;
    }

    /**
     * SentencePiece's rule: any two pieces whose joint is a piece merge, the highest score first. All that
     * merging can meet are pieces, because each character of a piece is one.
     */
    static MergeTable ofScores(List<Piece> pieces) {
        Map<String, Integer> ids = Vocabulary.idsOf(pieces);
        int splits = pieces.stream().mapToInt(piece -> piece.text().length()).sum();
        MergeTable table = new MergeTable(splits);
        int[] byScore =
                IntStream.range(0, pieces.size())
                        .filter(id -> pieces.get(id).kind() == Piece.Kind.NORMAL)
                        .boxed()
                        .sorted(Comparator.comparing(id -> -pieces.get(id).score()))
                        .mapToInt(Integer::intValue)
                        .toArray();
        int rank = 0;
        for (int i = 0; i < byScore.length; i++) {
            Piece piece = pieces.get(byScore[i]);
            if (i > 0 && piece.score() < pieces.get(byScore[i - 1]).score()) {
                rank = i;
            }
            for (int split = 1; split < piece.text().length(); split++) {
                Integer left = ids.get(piece.text().substring(0, split));
                Integer right = ids.get(piece.text().substring(split));
                if (left != null && right != null) {
                    table.add(left, right, rank, byScore[i]);
                }
            }
        }
        return table;
    }

    /** Adds a merge; the first of equal pairs stays. */
    void add(int left, int right, int rank, int result) {
        long key = key(left, right);
        int slot = slot(key);
        if (keys[slot] != key) {
            keys[slot] = key;
            ranks[slot] = rank;
            results[slot] = result;
        }
    }

    /**
     * Merges neighbours, lowest rank first and leftmost among equals, until none is left to merge. Negative
     * symbols never merge.
     */
    int[] merge(int[] text) {
        int[] symbols = text.clone();
        int length = symbols.length;
        int[] next = new int[length];
        int[] previous = new int[length];
        LongHeap candidates = new LongHeap(length);
        for (int i = 0; i < length; i++) {
            next[i] = i + 1;
            previous[i] = i - 1;
            offer(candidates, symbols, i, i + 1);
        }
        while (!candidates.isEmpty()) {
            long candidate = candidates.poll();
            int left = (int) candidate;
            int right = next[left];
            if (symbols[left] < 0 || right >= length || symbols[right] < 0) {
                continue;
            }
            int slot = slot(key(symbols[left], symbols[right]));
            if (keys[slot] < 0 || ranks[slot] != (candidate >>> 32)) {
                continue; // The pair that was offered here has been merged otherwise.
            }
            symbols[left] = results[slot];
            symbols[right] = GONE;
            next[left] = next[right];
            if (next[left] < length) {
                previous[next[left]] = left;
                offer(candidates, symbols, left, next[left]);
            }
            if (previous[left] >= 0) {
                offer(candidates, symbols, previous[left], left);
            }
        }
        return IntStream.of(symbols).filter(symbol -> symbol != GONE).toArray();
    }

    private void offer(LongHeap candidates, int[] symbols, int left, int right) {
        if (right >= symbols.length || symbols[left] < 0 || symbols[right] < 0) {
            return;
        }
        int slot = slot(key(symbols[left], symbols[right]));
        if (keys[slot] >= 0) {
            candidates.add(((long) ranks[slot] << 32) | left);
        }
    }

    private static long key(int left, int right) {
        return ((long) left << 32) | right;
    }

    /** The slot that holds {@code key}, or the empty one where it would go. */
    private int slot(long key) {
        long hash = key * 0x9E3779B97F4A7C15L;
        int slot = (int) (hash >>> 32) & mask;
        while (keys[slot] != key && keys[slot] >= 0) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}
