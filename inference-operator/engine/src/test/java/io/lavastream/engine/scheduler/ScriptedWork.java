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
        return work instanceof Work.Decode ? 1_000_000 : (long) times.nanos(work);
    }
}
