package io.lavastream.engine.cache;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Predicate;

/**
 * The slots of the KV cache. A slot keeps what it holds after its sequence has left, until another needs it: the slots
 * themselves are the cache of prefixes, and their number its memory budget.
 *
 * <p>A new sequence begins with the longest prefix that any slot holds. It stays in that slot where the slot is free and the
 * prefix is at least half of what it holds; otherwise the prefix is copied, to a free slot that holds nothing, or else to the
 * one that was used least recently. What is held by a sequence or still to be copied is never given away.
 *
 * <p>Not thread-safe: one thread owns it. Looks at every slot and compares whole prompts; with tens of slots and thousands of
 * positions that is microseconds.
 */
public final class SlotPool {
    private static final Comparator<Slot> LEAST_WORTH =
            Comparator.<Slot, Boolean>comparing(slot -> slot.cached() > 0)
                    .thenComparingLong(Slot::lastUse)
                    .thenComparingInt(Slot::index);

    private final List<Slot> slots = new ArrayList<>();
    private long time;
    private ReuseCounts counts = ReuseCounts.NONE;

    /** @param lengths positions of each slot */
    public SlotPool(List<Integer> lengths) {
        for (int i = 0; i < lengths.size(); i++) {
            slots.add(new Slot(i, lengths.get(i)));
        }
    }

    /** Whether {@link #place} finds a slot of {@code length} positions. */
    public boolean hasFree(int length) {
        for (Slot slot : slots) {
            if (slot.isFree() && slot.length() == length) {
                return true;
            }
        }
        return false;
    }

    /** Positions of {@code key} that a sequence placed now would not have to compute. */
    public int reusable(PromptKey key) {
        int best = 0;
        for (Slot slot : slots) {
            best = Math.max(best, slot.common(key));
        }
        return limited(best, key);
    }

    /**
     * Gives a sequence a free slot of {@code length} positions, and the longest prefix that there is. The last position is never
     * reused: the first token follows from it.
     */
    public Placement place(PromptKey key, int length) {
        if (!hasFree(length)) {
            throw new IllegalStateException("a slot is taken with none free");
        }
        Predicate<Slot> eligible = slot -> slot.isFree() && slot.length() == length;
        Optional<Slot> source =
                slots.stream().max(Comparator.comparingInt(slot -> slot.common(key)));
        int reused = limited(source.map(slot -> slot.common(key)).orElse(0), key);
        time++;
        Optional<Slot> stay =
                slots.stream()
                        .filter(eligible)
                        .filter(slot -> limited(slot.common(key), key) == reused)
                        .filter(slot -> reused > 0 && slot.isMostly(reused))
                        .findFirst();
        if (stay.isPresent()) {
            return stay(stay.get(), key, reused);
        }
        Optional<Slot> other =
                slots.stream()
                        .filter(eligible)
                        .filter(slot -> reused == 0 || slot != source.orElseThrow())
                        .min(LEAST_WORTH);
        return other.isPresent()
                ? move(other.get(), key, reused, source.orElseThrow())
                : stay(source.orElseThrow(), key, reused);
    }

    /** The prefix that a placement had to copy is copied, or needed no more. */
    public void copied(int fromSlot) {
        slots.get(fromSlot).unpin();
    }

    /** {@code slot} holds the first {@code positions} of its sequence's prompt now. */
    public void computed(int slot, int positions) {
        slots.get(slot).computed(positions);
    }

    /** {@code slot} holds a token of its sequence's answer at {@code position}; what stood behind it is void. */
    public void generated(int slot, int position, int token) {
        slots.get(slot).generated(position, token);
    }

    /** The sequence has left {@code slot}; what the slot holds stays until it is needed. */
    public void release(int slot) {
        slots.get(slot).release();
        slots.get(slot).used(++time);
    }

    /** Positions of {@code slot}. */
    public int length(int slot) {
        return slots.get(slot).length();
    }

    public ReuseCounts counts() {
        return counts;
    }

    private Placement stay(Slot slot, PromptKey key, int reused) {
        if (!slot.isMostly(reused)) {
            counts = counts.withEviction();
        }
        hit(reused, false);
        slot.used(time);
        slot.hold(key, reused);
        return new Placement(slot.index(), reused, OptionalInt.empty());
    }

    private Placement move(Slot slot, PromptKey key, int reused, Slot source) {
        if (slot.cached() > 0) {
            counts = counts.withEviction();
        }
        slot.used(time);
        slot.hold(key, 0);
        if (reused == 0) {
            return new Placement(slot.index(), 0, OptionalInt.empty());
        }
        hit(reused, true);
        source.used(time);
        source.pin();
        return new Placement(slot.index(), reused, OptionalInt.of(source.index()));
    }

    private void hit(int reused, boolean copied) {
        if (reused > 0) {
            counts = counts.withHit(reused, copied);
        }
    }

    private static int limited(int common, PromptKey key) {
        return Math.min(common, key.length() - 1);
    }
}
