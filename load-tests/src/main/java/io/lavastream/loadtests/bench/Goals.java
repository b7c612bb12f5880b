package io.lavastream.loadtests.bench;

import static io.lavastream.loadtests.bench.Goal.Part.FLOOR_RATIO;
import static io.lavastream.loadtests.bench.Goal.Part.PEER_RATIO;
import static io.lavastream.loadtests.bench.Goal.Part.VALUE;

import java.util.Map;
import java.util.Optional;

/**
 * What the figures shall be: the targets for the shape {@code small} in float32 on two AVX2 cores, however its weights are kept, but
 * in 8 bits. Other shapes and weights in 8 bits are measured without goals, except for what does not depend on them.
 */
public final class Goals {
    /** Longest time without a token that running sequences accept beside one decode step. */
    private static final double STALL_BUDGET_MS = 300;

    /** Libraries, heap, graph and temporaries beside weights and cache. */
    private static final double MEMORY_BESIDE_MIB = 600;

    /** Differences up to this come from the order of additions. */
    private static final double SAME = 1e-3;

    /** What the allocator's own bookkeeping moves by. */
    private static final double FLAT_MIB = 32;

    /** By {@link Figure#key}. */
    private static final Map<String, Goal> OF_SMALL =
            Map.ofEntries(
                    Map.entry("vision", Goal.atMost(FLOOR_RATIO, 1.15)),
                    Map.entry("prefill", Goal.atMost(FLOOR_RATIO, 1.25)),
                    Map.entry("decode@1", Goal.atMost(FLOOR_RATIO, 1.33)),
                    Map.entry("decode@8", Goal.atLeast(PEER_RATIO, 1.15)),
                    Map.entry("decode@16", Goal.atLeast(PEER_RATIO, 1.15)),
                    Map.entry("peer_difference_vision", Goal.atMost(VALUE, SAME)),
                    Map.entry("peer_difference_prefill", Goal.atMost(VALUE, SAME)),
                    Map.entry("peer_difference_decode", Goal.atMost(VALUE, SAME)),
                    Map.entry("peer_difference_exported", Goal.atMost(VALUE, SAME)),
                    Map.entry("decode_beside_one_slot", Goal.atMost(VALUE, 1.15)),
                    Map.entry("decode_mixed_lengths", Goal.atMost(VALUE, 1.3)),
                    Map.entry("reuse_vision_runs", Goal.atMost(VALUE, 1)),
                    Map.entry("flatness", Goal.atMost(VALUE, FLAT_MIB)),
                    Map.entry("reuse", Goal.atMost(VALUE, 1.3)),
                    Map.entry("step_overhead@16", Goal.atMost(VALUE, 0.3)));

    private final boolean targeted;

    private Goals(boolean targeted) {
        this.targeted = targeted;
    }

    static Goals of(BenchSettings settings) {
        return new Goals(settings.isTargeted());
    }

    /** No goals but those that figures bring along. */
    public static Goals none() {
        return new Goals(false);
    }

    /** {@code figure} with its goal, if it has one. */
    Figure on(Figure figure) {
        return targeted ? figure.withGoal(Optional.ofNullable(OF_SMALL.get(figure.key()))) : figure;
    }

    /** All of them but those that figures bring along, by {@link Figure#key}. */
    Map<String, Goal> all() {
        return targeted ? OF_SMALL : Map.of();
    }

    /** The longest gap between two tokens, in milliseconds, where a decode step takes {@code stepMs}. */
    static Goal gap(double stepMs) {
        return Goal.atMost(VALUE, STALL_BUDGET_MS + stepMs);
    }

    /** Peak resident memory in MiB, of an engine whose weights and cache take {@code heldMib}. */
    static Goal memory(double heldMib) {
        return Goal.atMost(VALUE, heldMib + MEMORY_BESIDE_MIB);
    }
}
