package io.lavastream.job.images;

import java.util.concurrent.CompletableFuture;

/**
 * What one host may hold of a lane. A fetch that lasts is slow, and only so many slow ones may be under way: beyond it
 * neither does another begin nor one more become slow, so that requests for other hosts find places. A host that answers
 * in time is not limited. Safe for use by several threads.
 */
final class HostPlaces {
    private final int most;
    private int slow;

    /** @param most slow fetches at once */
    HostPlaces(int most) {
        this.most = most;
    }

    /** Whether as many fetches are slow as may be. */
    synchronized boolean full() {
        return slow >= most;
    }

    int most() {
        return most;
    }

    /** Counts a fetch as slow until it ends; false where it is one too many and must be given up. */
    boolean becomesSlow(CompletableFuture<?> fetch) {
        synchronized (this) {
            if (slow >= most) {
                return false;
            }
            slow++;
        }
        var unused = fetch.whenComplete((result, failure) -> ended());
        return true;
    }

    private synchronized void ended() {
        slow--;
    }
}
