package io.lavastream.engine.scheduler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Continuous batching (Orca, OSDI 2022): sequences join and leave between the steps of a shared decode batch.
 *
 * <p>The rules:
 *
 * <ul>
 *   <li>At most one piece of prompt work, a tile of an image or a chunk, stands between two decode steps: who runs is not held up.
 *   <li>Prompt work goes to the first lane first; within a lane to what has begun, then to the earliest deadline, then to the
 *       earliest arrival. A sequence takes its slot with its first piece.
 *   <li>The lanes behind the first hold at most {@code slots - reservedSlots} slots.
 *   <li>Ageing: one piece of prompt work in {@value #FAIR_SHARE} is due to the sequence that arrived first, whatever its lane and
 *       deadline; where that one still waits for a slot, it gets the next that its lane may take. So every sequence is served
 *       once those that came before it are.
 *   <li>Work that failed is tried once more with each of its sequences alone; see {@link #failed}.
 * </ul>
 *
 * <p>Not thread-safe: one thread owns it. Alternates {@link #next} with the method that says what became of that work.
 */
public final class Scheduler {
    /** A lane behind the first gets at least this share of prompt work: large enough to finish, small enough not to be felt. */
    static final int FAIR_SHARE = 8;

    private static final Comparator<Sequence> RANK =
            Comparator.comparingInt(Sequence::lane)
                    .thenComparing(Sequence::holdsSlot, Comparator.reverseOrder())
                    .thenComparing(Sequence::deadline)
                    .thenComparingLong(Sequence::arrival);

    private final SchedulerSettings settings;
    private final SlotAllocator slots;
    private final Set<Sequence> waiting = new LinkedHashSet<>();
    private final Set<Sequence> prefilling = new LinkedHashSet<>();
    private final Set<Sequence> running = new LinkedHashSet<>();

    private long arrivals;
    private int slotsOfLaterLanes;
    private int piecesSinceFirstArrived;
    private boolean decodeIsNext;

    public Scheduler(SchedulerSettings settings) {
        this.settings = settings;
        this.slots = new SlotAllocator(settings.slots());
    }

    /** Takes a new sequence; it waits until {@link #next} admits it. */
    public void add(Sequence sequence) {
        sequence.arrive(arrivals++);
        waiting.add(sequence);
    }

    /** The next piece of work, or empty where there is no sequence. */
    public Optional<Work> next() {
        if (decodeIsNext && !running.isEmpty()) {
            decodeIsNext = false;
            return Optional.of(decode());
        }
        Optional<Sequence> chosen = chooseForPrompt();
        if (chosen.isPresent()) {
            decodeIsNext = true;
            return Optional.of(promptWork(chosen.get()));
        }
        return running.isEmpty() ? Optional.empty() : Optional.of(decode());
    }

    /** The tile was encoded. */
    public void encoded(Work.EncodeTile work) {
        work.sequence().encoded(work.tile());
    }

    /** The chunk was prefilled; with the prompt's last one the sequence runs. */
    public void prefilled(Work.Prefill work) {
        Sequence sequence = work.sequence();
        sequence.prefilled(work.start(), work.length());
        if (sequence.state() == Sequence.State.RUNNING) {
            prefilling.remove(sequence);
            running.add(sequence);
        }
    }

    /** The step gave every sequence its token. */
    public void decoded(Work.Decode work) {
        work.sequences().forEach(Sequence::decoded);
    }

    /**
     * The work failed and changed nothing.
     *
     * @return the sequences that failed already when tried alone: the caller finishes them. The others are tried alone next.
     */
    public List<Sequence> failed(Work work) {
        List<Sequence> hopeless = work.sequences().stream().filter(Sequence::isSuspect).toList();
        work.sequences().forEach(Sequence::suspect);
        return hopeless;
    }

    /** Forgets {@code sequence}, whatever its state, and frees its slot. */
    public void finish(Sequence sequence) {
        if (sequence.holdsSlot()) {
            slots.free(sequence.slot());
            slotsOfLaterLanes -= sequence.lane() > 0 ? 1 : 0;
        }
        boolean known =
                Stream.of(waiting, prefilling, running).anyMatch(stage -> stage.remove(sequence));
        Sequence.verify(known, "finished but not scheduled: the sequence is %s", sequence.state());
        sequence.finish();
    }

    public boolean isEmpty() {
        return waiting.isEmpty() && prefilling.isEmpty() && running.isEmpty();
    }

    /** Sequences without a slot. */
    public int waiting() {
        return waiting.size();
    }

    /** Sequences with a slot. */
    public int holdingSlots() {
        return prefilling.size() + running.size();
    }

    /** All that run together; but what failed in a batch is tried alone first. */
    private Work decode() {
        Optional<Sequence> suspect = running.stream().filter(Sequence::isSuspect).findFirst();
        return new Work.Decode(suspect.map(List::of).orElseGet(() -> new ArrayList<>(running)));
    }

    private Optional<Sequence> chooseForPrompt() {
        Optional<Sequence> firstArrived =
                candidates().min(Comparator.comparingLong(Sequence::arrival));
        boolean due = piecesSinceFirstArrived >= FAIR_SHARE - 1;
        Optional<Sequence> chosen =
                due && firstArrived.filter(this::isReady).isPresent()
                        ? firstArrived
                        : candidates().filter(this::isReady).min(RANK);
        if (chosen.isPresent()) {
            boolean served = chosen.get() == firstArrived.orElseThrow();
            piecesSinceFirstArrived = served ? 0 : piecesSinceFirstArrived + 1;
        }
        return chosen;
    }

    private Stream<Sequence> candidates() {
        return Stream.concat(waiting.stream(), prefilling.stream());
    }

    private boolean isReady(Sequence sequence) {
        return sequence.holdsSlot() || mayTakeSlot(sequence);
    }

    private boolean mayTakeSlot(Sequence sequence) {
        boolean withinShare =
                sequence.lane() == 0
                        || slotsOfLaterLanes < settings.slots() - settings.reservedSlots();
        return withinShare && slots.hasFree();
    }

    private Work promptWork(Sequence sequence) {
        if (!sequence.holdsSlot()) {
            waiting.remove(sequence);
            sequence.admit(slots.allocate());
            slotsOfLaterLanes += sequence.lane() > 0 ? 1 : 0;
            prefilling.add(sequence);
        }
        return sequence.promptWork(settings.maxChunk());
    }
}
