package io.lavastream.engine.scheduler;

/** A model that only ever succeeds, in no time. */
final class ScriptedWork {
    private ScriptedWork() {}

    static void succeed(Scheduler scheduler, Work work) {
        succeed(scheduler, work, 0);
    }

    /** As {@link #succeed(Scheduler, Work)}, but in {@code nanos}. */
    static void succeed(Scheduler scheduler, Work work, long nanos) {
        scheduler.done(work, nanos);
        if (work instanceof Work.Encode encode) {
            encode.tile().passed(new float[0]);
        }
    }

    /** What {@code work} should take; a decode step takes 1 ms. */
    static long nanos(Work work, PieceTimes times) {
        if (work instanceof Work.Encode encode) {
            return times.visionNanos(encode.stage());
        }
        if (work instanceof Work.Copy copy) {
            return (long) (copy.length() * times.nanosPerCopied());
        }
        if (work instanceof Work.Prefill prefill) {
            return times.chunks().stream()
                    .filter(chunk -> chunk.length() >= prefill.length())
                    .mapToLong(chunk -> times.prefillNanos(chunk, prefill.start()))
                    .findFirst()
                    .orElseThrow();
        }
        return 1_000_000;
    }
}
