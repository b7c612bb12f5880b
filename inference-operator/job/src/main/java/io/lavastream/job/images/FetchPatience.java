package io.lavastream.job.images;

import java.time.Duration;

/**
 * How much is put up with from hosts.
 *
 * @param tries of one image, where its fault may pass
 * @param backoff before the second try; each later one waits twice as long
 * @param slow a fetch that lasts longer holds one of the places that a slow host may hold
 * @param calls tries at a host over which its circuit breaker counts; it opens when half of them failed
 * @param open how long a host whose breaker is open is not asked
 */
record FetchPatience(int tries, Duration backoff, Duration slow, int calls, Duration open) {
    static final FetchPatience DEFAULT =
            new FetchPatience(
                    4, Duration.ofMillis(200), Duration.ofSeconds(1), 20, Duration.ofSeconds(10));
}
