package io.lavastream.engine.scheduler;

/** A model that only ever succeeds. */
final class ScriptedWork {
    private ScriptedWork() {}

    static void succeed(Scheduler scheduler, Work work) {
        if (work instanceof Work.EncodeTile encode) {
            scheduler.encoded(encode);
        } else if (work instanceof Work.Prefill prefill) {
            scheduler.prefilled(prefill);
        } else {
            scheduler.decoded((Work.Decode) work);
        }
    }
}
