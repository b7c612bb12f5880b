package io.lavastream.engine.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The sequences without a slot, thousands perhaps: who is first by deadline and arrival among those of one lane that want
 * slots of one length is found without looking at the rest. Not thread-safe.
 */
final class WaitingQueue {
    /** Those of a group may take the same slots. */
    private record Group(int lane, int slotLength) {}

    private static final Comparator<Sequence> BY_DEADLINE =
            Comparator.comparing(Sequence::deadline).thenComparingLong(Sequence::arrival);

    private static final Comparator<Group> BY_LANE =
            Comparator.comparingInt(Group::lane).thenComparingInt(Group::slotLength);

    private final List<Integer> slotLengths;
    private final TreeMap<Group, SortedSet<Sequence>> groups = new TreeMap<>(BY_LANE);
    private final Set<Sequence> byArrival = new LinkedHashSet<>();

    /** @param slotLengths that there are, each once, ascending */
    WaitingQueue(List<Integer> slotLengths) {
        this.slotLengths = List.copyOf(slotLengths);
    }

    void add(Sequence sequence) {
        byArrival.add(sequence);
        groups.computeIfAbsent(groupOf(sequence), group -> new TreeSet<>(BY_DEADLINE))
                .add(sequence);
    }

    boolean remove(Sequence sequence) {
        if (!byArrival.remove(sequence)) {
            return false;
        }
        Group group = groupOf(sequence);
        SortedSet<Sequence> members = groups.get(group);
        members.remove(sequence);
        if (members.isEmpty()) {
            groups.remove(group);
        }
        return true;
    }

    int size() {
        return byArrival.size();
    }

    Optional<Sequence> firstArrived() {
        Iterator<Sequence> all = byArrival.iterator();
        return all.hasNext() ? Optional.of(all.next()) : Optional.empty();
    }

    /** The first of each group. */
    List<Sequence> heads() {
        List<Sequence> heads = new ArrayList<>();
        groups.values().forEach(members -> heads.add(members.first()));
        return heads;
    }

    /**
     * How long a slot for {@code sequence} may be, ascending: longer than it must be only where nobody waits for one of that
     * length.
     */
    List<Integer> slotLengths(Sequence sequence) {
        int shortest = slotLength(sequence);
        return wantsLongerThan(shortest)
                ? List.of(shortest)
                : slotLengths.subList(slotLengths.indexOf(shortest), slotLengths.size());
    }

    private boolean wantsLongerThan(int length) {
        for (Group group : groups.keySet()) {
            if (group.slotLength() > length) {
                return true;
            }
        }
        return false;
    }

    /** The shortest of all slots that are long enough for {@code sequence}. */
    int slotLength(Sequence sequence) {
        for (int length : slotLengths) {
            if (length >= sequence.length()) {
                return length;
            }
        }
        throw new IllegalArgumentException(
                "length: %d (expected: at most %s, as slots have)"
                        .formatted(sequence.length(), slotLengths));
    }

    private Group groupOf(Sequence sequence) {
        return new Group(sequence.lane(), slotLength(sequence));
    }
}
