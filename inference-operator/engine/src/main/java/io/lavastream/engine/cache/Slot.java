package io.lavastream.engine.cache;

import java.util.Arrays;

/** One slot of the KV cache: who uses it and what it holds. Not thread-safe. */
final class Slot {
    private static final PromptKey NOTHING = new PromptKey(new int[0], java.util.List.of());

    private final int index;
    private final int length;
    private boolean held;
    private int pins;
    private long lastUse;

    private PromptKey prompt = NOTHING;
    private int computed;
    private int[] generated = new int[64];
    private int generatedCount;

    Slot(int index, int length) {
        this.index = index;
        this.length = length;
    }

    int index() {
        return index;
    }

    /** Positions that it has room for. */
    int length() {
        return length;
    }

    long lastUse() {
        return lastUse;
    }

    void used(long time) {
        lastUse = time;
    }

    /** Whether it may be given to a sequence, what it holds given up. */
    boolean isFree() {
        return !held && pins == 0;
    }

    /** Positions whose keys and values it holds, from the first on. */
    int cached() {
        return computed + generatedCount;
    }

    /** Whether at least half of what it holds is kept by keeping {@code positions}. */
    boolean isMostly(int positions) {
        return 2L * positions >= cached();
    }

    /** Positions of {@code key}, from the first on, that it holds. Answers count only once they are finished: till then they may change. */
    int common(PromptKey key) {
        int common = Math.min(prompt.commonPrefix(key), computed);
        if (held || common < prompt.length()) {
            return common;
        }
        return common + key.continuesWith(common, generated, generatedCount);
    }

    /** Gives it to a sequence; what it holds beyond {@code kept} positions is forgotten. */
    void hold(PromptKey key, int kept) {
        Bookkeeping.verify(isFree(), "slot %d is given away but not free", index);
        held = true;
        prompt = key;
        computed = kept;
        generatedCount = 0;
    }

    void computed(int positions) {
        Bookkeeping.verify(held, "slot %d is written but not held", index);
        Bookkeeping.verify(positions >= computed, "slot %d loses positions", index);
        computed = positions;
    }

    /** Notes the token of an answer whose keys and values now stand at {@code position}; what stood behind is void. */
    void generated(int position, int token) {
        Bookkeeping.verify(held, "slot %d is written but not held", index);
        int at = position - prompt.length();
        Bookkeeping.verify(at >= 0 && at <= generatedCount, "slot %d has a gap", index);
        if (at == generated.length) {
            generated = Arrays.copyOf(generated, 2 * at);
        }
        generated[at] = token;
        generatedCount = at + 1;
    }

    void release() {
        Bookkeeping.verify(held, "slot %d is freed but not taken", index);
        held = false;
    }

    void pin() {
        pins++;
    }

    void unpin() {
        Bookkeeping.verify(pins > 0, "slot %d is let go but not pinned", index);
        pins--;
    }
}
