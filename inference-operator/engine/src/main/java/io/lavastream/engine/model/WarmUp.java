package io.lavastream.engine.model;

import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.scheduler.PieceTimes.Chunk;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Measures what pieces of prompt work take. The first run of anything prepares it and is not measured; of the others the
 * fastest counts, as the one that nobody disturbed. What takes longer than anybody will ask for is not run but estimated:
 * on a slow machine it would take minutes. Overwrites positions of slots 0 and 1.
 */
final class WarmUp {
    private static final int RUNS = 2;

    /** Nobody disturbs a run so much that it needs a second one, from this many nanoseconds on. */
    private static final long LONG_RUN = 1_000_000_000;

    /** Preparing a run takes a second or two, which is little of this many nanoseconds: minutes are saved at 7B. */
    private static final long VERY_LONG_RUN = 4_000_000_000L;

    /** Lengths are measured up to this many times the time of the shortest: where they begin to pay is seen by then. */
    private static final int WORTHWHILE = 4;

    /** Units of vision that are measured together. */
    private static final int SOME_UNITS = 4;

    /** Positions of a copy that is measured: some chunks of the cache. */
    private static final int COPIED = 256;

    private final ModelRunner model;
    private final LongSupplier nanoTime;

    WarmUp(ModelRunner model, LongSupplier nanoTime) {
        this.model = model;
        this.nanoTime = nanoTime;
    }

    /**
     * @param vision times of its stages, measured already
     * @param lengths of prefills, the shortest first
     * @param limit beyond which times need not be exact
     */
    PieceTimes measure(List<Duration> vision, List<Integer> lengths, Duration limit) {
        List<Chunk> chunks = new ArrayList<>();
        int shortest = lengths.get(0);
        Chunk last = measured(shortest, Duration.ofNanos(prefillNanos(shortest, 0)));
        chunks.add(last);
        Duration longest = max(limit, last.time().multipliedBy(WORTHWHILE));
        for (int length : lengths.subList(1, lengths.size())) {
            boolean mayBeAsked = last.time().compareTo(longest) <= 0;
            Chunk chunk = mayBeAsked ? measured(length, last, limit) : inProportion(last, length);
            chunks.add(chunk);
            last = mayBeAsked ? chunk : last;
        }
        return new PieceTimes(vision, chunks, nanosPerCopied());
    }

    /** {@code length} positions, by what fewer took. */
    private static Chunk inProportion(Chunk measured, int length) {
        return new Chunk(
                length,
                measured.time().multipliedBy(length).dividedBy(measured.length()),
                measured.nanosPerEarlier() * length / measured.length());
    }

    /** Of the units of vision, by one and by some together. */
    VisionStages.UnitTimes unitTimes(int units, VisionRun run) {
        int alike = units - 1;
        int some = Math.min(SOME_UNITS, alike);
        int middle = (alike - some) / 2;
        long one = fastest(() -> run.units(middle, middle + 1));
        long last = fastest(() -> run.units(alike, units));
        if (some < 2) {
            return new VisionStages.UnitTimes(0, one, last);
        }
        long together = fastest(() -> run.units(middle, middle + some));
        long each = Math.max(1, Math.min(one, (together - one) / (some - 1)));
        return new VisionStages.UnitTimes(one - each, each, last);
    }

    /** Runs units of vision on anything. */
    interface VisionRun {
        void units(int begin, int end);
    }

    /** Of the runs of {@code work} the fastest, after one that prepares it, where preparing it weighs. */
    long fastest(Runnable work) {
        long preparing = nanos(work);
        if (preparing >= VERY_LONG_RUN) {
            return preparing;
        }
        long fastest = nanos(work);
        for (int i = 1; i < RUNS && fastest < LONG_RUN; i++) {
            fastest = Math.min(fastest, nanos(work));
        }
        return fastest;
    }

    private long nanos(Runnable work) {
        long start = nanoTime.getAsLong();
        work.run();
        return nanoTime.getAsLong() - start;
    }

    /** At the beginning of a slot, and at its end where nobody waits too long for that, else by what fewer took. */
    private Chunk measured(int length, Chunk fewer, Duration limit) {
        Duration time = Duration.ofNanos(prefillNanos(length, 0));
        return time.compareTo(limit) > 0
                ? new Chunk(length, time, inProportion(fewer, length).nanosPerEarlier())
                : measured(length, time);
    }

    private Chunk measured(int length, Duration time) {
        int start = model.slotLengths().get(0) - length;
        if (start == 0) {
            return new Chunk(length, time, 0);
        }
        double later = Math.max(0, prefillNanos(length, start) - time.toNanos());
        return new Chunk(length, time, later / start);
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private double nanosPerCopied() {
        if (model.slots() == 1) {
            return 0;
        }
        int positions = Math.min(COPIED, model.slotLengths().get(0));
        return fastest(() -> model.copyPrefix(0, 1, 0, positions)) / (double) positions;
    }

    private long prefillNanos(int length, int start) {
        int[] text = new int[length];
        Arrays.fill(text, -1);
        PromptChunk chunk = new PromptChunk(new int[length], text, new float[0]);
        return fastest(() -> model.prefill(0, start, chunk));
    }
}
