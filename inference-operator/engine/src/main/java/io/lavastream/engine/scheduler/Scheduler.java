package io.lavastream.engine.scheduler;

import io.lavastream.engine.cache.ReuseCounts;
import io.lavastream.engine.cache.SharedTiles;
import io.lavastream.engine.cache.SlotPool;
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
 *   <li>Between two decode steps stands prompt work of at most the stall budget: stages of vision, prefills, copies, each as
 *       large as what is left of the budget permits. Of it the lanes behind the first get their quantum, as long as a sequence of
 *       the first runs. One smallest piece is always permitted, so that prompts come forward on any machine: one that is not
 *       wasteful, or behind many positions a shorter one where only that is within the budget.
 *   <li>Prompt work goes to the first lane first; within a lane to what has begun, then to the earliest deadline, then to the
 *       earliest arrival. A sequence takes its slot with its first piece.
 *   <li>The lanes behind the first hold at most {@code slots - reservedSlots} slots, and where some are reserved, of no length
 *       all of which there are several.
 *   <li>Ageing: one piece of prompt work in {@value #FAIR_SHARE} is due to the sequence that arrived first, whatever its lane and
 *       deadline. Where that one still waits for a slot, it gets the next that its lane may take; of what its lane may hold, one
 *       slot is kept for it until then, and the piece goes to who arrived first of those that have a slot, so that slots become
 *       free. So every sequence is served once those that came before it are.
 *   <li>A sequence begins with the longest prefix that a slot holds. Where another is just computing more of what it needs, it waits
 *       for that: its turn is spent on the other's next piece, for as long as that is a piece that itself needs. So an urgent
 *       sequence is never held up by a less urgent one, and whoever computes may leave: the next takes over where it stood.
 *   <li>Work that failed is tried once more with each of its sequences alone; see {@link #failed}.
 * </ul>
 *
 * <p>Not thread-safe: one thread owns it. Alternates {@link #next} with {@link #done} or {@link #failed}, which say what became
 * of that work and how long it took: the scheduler has no clock.
 */
public final class Scheduler {
    /** A lane behind the first gets at least this share of prompt work: large enough to finish, small enough not to be felt. */
    static final int FAIR_SHARE = 8;

    private static final Comparator<Sequence> BY_ARRIVAL =
            Comparator.comparingLong(Sequence::arrival);

    private static final Comparator<Sequence> RANK =
            Comparator.comparingInt(Sequence::lane)
                    .thenComparing(Sequence::holdsSlot, Comparator.reverseOrder())
                    .thenComparing(Sequence::deadline)
                    .thenComparingLong(Sequence::arrival);

    private final SchedulerSettings settings;
    private final SlotPool slots;
    private final SharedTiles tiles;
    private final StallBudget budget;
    private final WaitingQueue waiting;
    private final LaterLanes laterLanes;
    private final Set<Sequence> prefilling = new LinkedHashSet<>();
    private final Set<Sequence> running = new LinkedHashSet<>();

    private long arrivals;
    private int runningOfFirstLane;
    private int piecesSinceFirstArrived;
    private int turnOfLane;
    private double company = 1;

    public Scheduler(SchedulerSettings settings) {
        this.settings = settings;
        this.slots = new SlotPool(settings.slotLengths());
        this.tiles = new SharedTiles(settings.times().vision().size());
        this.budget = new StallBudget(settings);
        this.waiting =
                new WaitingQueue(settings.slotLengths().stream().distinct().sorted().toList());
        this.laterLanes = new LaterLanes(settings);
    }

    /**
     * Takes a new sequence; it waits until {@link #next} admits it.
     *
     * @throws IllegalArgumentException if no slot is as long as it needs
     */
    public void add(Sequence sequence) {
        waiting.slotLength(sequence);
        sequence.arrive(arrivals++, tiles);
        waiting.add(sequence);
    }

    /** The next piece of work where nothing else computes, or empty where there is no sequence. */
    public Optional<Work> next() {
        return next(1);
    }

    /**
     * The next piece of work, or empty where there is no sequence.
     *
     * @param company how many times as long it takes as by itself, beside what is known to compute with it: 1 or more
     */
    public Optional<Work> next(double company) {
        this.company = company;
        Optional<Work> prompt = promptWork();
        if (prompt.isPresent() || running.isEmpty()) {
            return prompt;
        }
        return Optional.of(decode());
    }

    /** The work was done, in {@code nanos}. */
    public void done(Work work, long nanos) {
        spent(work, nanos);
        if (work instanceof Work.Encode encode) {
            encode.sequence().encoded();
        } else if (work instanceof Work.Copy copy) {
            copied(copy);
        } else if (work instanceof Work.Prefill prefill) {
            prefilled(prefill);
        } else {
            work.sequences().forEach(Sequence::decoded);
        }
    }

    /** In its last step {@code sequence} read {@code token}, whose keys and values stand at {@code position} now. */
    public void read(Sequence sequence, int position, int token) {
        slots.generated(sequence.slot(), position, token);
    }

    /**
     * The work failed, after {@code nanos}, and changed nothing.
     *
     * @return the sequences that failed already when tried alone: the caller finishes them. The others are tried alone next.
     */
    public List<Sequence> failed(Work work, long nanos) {
        spent(work, nanos);
        List<Sequence> hopeless = work.sequences().stream().filter(Sequence::isSuspect).toList();
        work.sequences().forEach(Sequence::suspect);
        return hopeless;
    }

    /** Forgets {@code sequence}, whatever its state, and frees its slot, which keeps what it holds until it is needed. */
    public void finish(Sequence sequence) {
        if (sequence.holdsSlot()) {
            sequence.copyFrom().ifPresent(slots::copied);
            slots.release(sequence.slot());
            if (sequence.lane() > 0) {
                laterLanes.left(slots.length(sequence.slot()));
            }
        }
        boolean ran = running.remove(sequence);
        runningOfFirstLane -= ran && sequence.lane() == 0 ? 1 : 0;
        boolean known = ran || prefilling.remove(sequence) || waiting.remove(sequence);
        Sequence.verify(known, "finished but not scheduled: the sequence is %s", sequence.state());
        sequence.finish(tiles);
    }

    public boolean isEmpty() {
        return waiting.size() == 0 && prefilling.isEmpty() && running.isEmpty();
    }

    /** Sequences without a slot. */
    public int waiting() {
        return waiting.size();
    }

    /** Sequences with a slot. */
    public int holdingSlots() {
        return prefilling.size() + running.size();
    }

    /**
     * Positions that {@code sequence} may fill: those of the shortest slots that are long enough for it, so that it ends at the
     * same one in a longer slot that was free.
     */
    public int slotLength(Sequence sequence) {
        return waiting.slotLength(sequence);
    }

    /** What was reused so far. */
    public ReuseCounts reuse() {
        return slots.counts();
    }

    /** Tiles that some sequence still needs. */
    int tilesInUse() {
        return tiles.size();
    }

    /** All that run together; but what failed in a batch is tried alone first. */
    private Work decode() {
        for (Sequence sequence : running) {
            if (sequence.isSuspect()) {
                return new Work.Decode(List.of(sequence));
            }
        }
        return new Work.Decode(new ArrayList<>(running));
    }

    private Optional<Work> promptWork() {
        turnOfLane = 0;
        if (running.isEmpty()) {
            budget.restart(); // Nobody waits for a decode step.
        }
        Optional<Sequence> firstArrived = firstArrived();
        if (firstArrived.isEmpty()) {
            return Optional.empty();
        }
        Optional<Sequence> chosen = chosen(firstArrived.get());
        if (chosen.isEmpty()) {
            return Optional.empty();
        }
        Optional<Work> work = turnOf(chosen.get());
        if (work.isPresent()) {
            piecesSinceFirstArrived =
                    chosen.get() == firstArrived.get() ? 0 : piecesSinceFirstArrived + 1;
        }
        return work;
    }

    private Optional<Sequence> firstArrived() {
        return Stream.of(waiting.firstArrived(), firstBegun())
                .flatMap(Optional::stream)
                .min(BY_ARRIVAL);
    }

    private Optional<Sequence> firstBegun() {
        return prefilling.stream().min(BY_ARRIVAL);
    }

    /** Whose turn it is, with {@code first} being who arrived first. */
    private Optional<Sequence> chosen(Sequence first) {
        if (piecesSinceFirstArrived < FAIR_SHARE - 1) {
            return firstByRank(0);
        }
        if (isReady(first, 0)) {
            return Optional.of(first);
        }
        boolean due = piecesSinceFirstArrived % FAIR_SHARE == FAIR_SHARE - 1;
        return due && !prefilling.isEmpty() ? firstBegun() : firstByRank(first.lane() > 0 ? 1 : 0);
    }

    /** @param promised slots that another of the lanes behind the first is to get */
    private Optional<Sequence> firstByRank(int promised) {
        List<Sequence> candidates = new ArrayList<>(prefilling);
        candidates.addAll(waiting.heads());
        return candidates.stream().filter(sequence -> isReady(sequence, promised)).min(RANK);
    }

    private boolean isReady(Sequence sequence, int promised) {
        return sequence.holdsSlot() || slotLengthFor(sequence, promised).isPresent();
    }

    /** The length of the slot that {@code sequence} may take now, if there is one. */
    private Optional<Integer> slotLengthFor(Sequence sequence, int promised) {
        return waiting.slotLengths(sequence).stream()
                .filter(slots::hasFree)
                .filter(length -> sequence.lane() == 0 || laterLanes.mayTake(length, promised))
                .findFirst();
    }

    /** What {@code sequence} does with its turn, or nothing where no piece of it fits what is left of the budget. */
    private Optional<Work> turnOf(Sequence sequence) {
        StallBudget.Allowance allowance =
                budget.of(sequence.lane(), !running.isEmpty(), runningOfFirstLane > 0, company);
        if (allowance.isUsedUp()) {
            return Optional.empty();
        }
        turnOfLane = sequence.lane();
        if (!sequence.holdsSlot()) {
            Optional<Owner> owner = ownerFor(sequence);
            if (owner.isPresent()) {
                return piece(owner.get().sequence(), owner.get().common(), allowance);
            }
            admit(sequence);
        }
        return piece(sequence, sequence.promptLength(), allowance);
    }

    /** One that is computing {@code common} positions that another sequence begins with too. */
    private record Owner(Sequence sequence, int common) {}

    /** Who computes the longest prefix of {@code waiting} that no slot holds yet, if its next piece is part of that. */
    private Optional<Owner> ownerFor(Sequence waiting) {
        int longest = slots.reusable(waiting.prompt().key());
        Optional<Owner> owner = Optional.empty();
        for (Sequence other : prefilling) {
            int common =
                    Math.min(
                            other.prompt().key().commonPrefix(waiting.prompt().key()),
                            waiting.promptLength() - 1);
            if (common > longest && isPartOf(other, waiting, common)) {
                longest = common;
                owner = Optional.of(new Owner(other, common));
            }
        }
        return owner;
    }

    private boolean isPartOf(Sequence computing, Sequence waiting, int common) {
        return !(computing.nextPiece(settings.times().longestChunk())
                        instanceof NextPiece.Encode encode)
                || waiting.needs(encode.tile(), common);
    }

    private void admit(Sequence sequence) {
        int length = slotLengthFor(sequence, 0).orElseThrow();
        waiting.remove(sequence);
        sequence.admit(slots.place(sequence.prompt().key(), length));
        sequence.releaseReadTiles(tiles);
        if (sequence.lane() > 0) {
            laterLanes.took(length);
        }
        prefilling.add(sequence);
    }

    /** The next piece of the prompt of {@code sequence}, of which positions up to {@code wanted} are worth computing now. */
    private Optional<Work> piece(Sequence sequence, int wanted, StallBudget.Allowance allowance) {
        PieceTimes times = settings.times();
        NextPiece next = sequence.nextPiece(times.longestChunk());
        int start = sequence.computed();
        if (next instanceof NextPiece.Copy copy) {
            int least = allowance.isWhole() ? 1 : 0;
            int length = Math.max(least, times.copiedWithin(allowance.nanos()));
            return length == 0
                    ? Optional.empty()
                    : Optional.of(
                            new Work.Copy(
                                    sequence,
                                    copy.fromSlot(),
                                    start,
                                    Math.min(length, copy.end() - start)));
        }
        if (next instanceof NextPiece.Encode encode) {
            int stage = encode.tile().stagesDone();
            return allowance.permits(times.visionNanos(stage))
                    ? Optional.of(new Work.Encode(sequence, encode.tile(), stage))
                    : Optional.empty();
        }
        int end = ((NextPiece.Prefill) next).end();
        int length = times.chunkWithin(allowance.nanos(), start, Math.min(wanted, end) - start);
        if (allowance.isWhole()) {
            long stall = (long) (settings.stall().toNanos() / company);
            PieceTimes.Chunk smallest = times.smallest(start, stall);
            length = Math.max(length, smallest.length());
        }
        return length == 0
                ? Optional.empty()
                : Optional.of(new Work.Prefill(sequence, start, Math.min(length, end - start)));
    }

    private void copied(Work.Copy work) {
        Sequence sequence = work.sequence();
        if (sequence.copied(work.start(), work.length())) {
            slots.copied(work.fromSlot());
        }
        slots.computed(sequence.slot(), sequence.computed());
        sequence.releaseReadTiles(tiles);
    }

    private void prefilled(Work.Prefill work) {
        Sequence sequence = work.sequence();
        sequence.prefilled(work.start(), work.length());
        slots.computed(sequence.slot(), sequence.computed());
        sequence.releaseReadTiles(tiles);
        if (sequence.state() == Sequence.State.RUNNING) {
            prefilling.remove(sequence);
            running.add(sequence);
            runningOfFirstLane += sequence.lane() == 0 ? 1 : 0;
        }
    }

    private void spent(Work work, long nanos) {
        if (work instanceof Work.Decode) {
            budget.restart();
            return;
        }
        budget.learn(company * settings.times().nanos(work), nanos);
        if (!running.isEmpty()) {
            budget.spend(turnOfLane, nanos);
        }
    }
}
