package io.lavastream.standalone.service;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.runtime.LlavaEngine;

/** How many requests of a lane the engine holds at once; the rest waits in the topics. */
public final class LanePlaces {
    private static final int LEAST = 4;

    private LanePlaces() {}

    /** Reads the model's headers. */
    public static int of(EngineConfig config) {
        int slots = LlavaEngine.slots(config);
        return of(slots, slots + config.waitingRoom(), config.lanes().size());
    }

    /** Who waits in the engine is prepared already: as many as run keep every slot busy, even if all of one lane. */
    static int of(int slots, int places, int lanes) {
        int wanted = Math.max(LEAST, 2 * slots);
        return Math.max(1, Math.min(wanted, places / lanes));
    }
}
