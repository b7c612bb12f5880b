package io.lavastream.engine.sampling;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.util.BitSet;

/**
 * Chooses the next token from logits. Immutable, so safe for use by several threads: the random number
 * of a choice depends on nothing but the seed and the choice's place in the answer.
 */
public final class Sampler {
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    private static final double ULP_OF_ONE = 0x1.0p-53;

    private final BitSet neverProduced;

    /** @param neverProduced ids that are not chosen, however probable: padding rows of the vocabulary and placeholders */
    public Sampler(BitSet neverProduced) {
        this.neverProduced = (BitSet) neverProduced.clone();
    }

    /**
     * The next token: the most probable, lowest id among equals, if {@code params} are greedy, else one drawn
     * from {@link TokenDistribution}. An id whose logit is not finite, or that is never
     * produced, is never chosen.
     *
     * @param logits one an id; unchanged
     * @param index the token's place in the answer, from 0
     * @throws EngineException with {@link ErrorCode#INTERNAL} if no logit of an id that may be chosen is finite
     */
    public int next(float[] logits, SamplingParams params, long seed, int index) {
        if (params.isGreedy()) {
            return argmax(logits, neverProduced);
        }
        return TokenDistribution.of(logits, params, neverProduced).at(uniform(seed, index));
    }

    /** The seed a request samples with: its own, else one made from its id; 0 for greedy. */
    public static long seedFor(GenerationRequest request) {
        if (request.sampling().isGreedy()) {
            return 0;
        }
        return request.sampling().seed().orElseGet(() -> hash(request.id()));
    }

    static int argmax(float[] logits, BitSet neverProduced) {
        int best = -1;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isFinite(logits[id])
                    && (best < 0 || logits[id] > logits[best])
                    && !neverProduced.get(id)) {
                best = id;
            }
        }
        if (best < 0) {
            throw new EngineException(
                    ErrorCode.INTERNAL,
                    "logits: none of %d is finite and may be chosen (expected: at least one)"
                            .formatted(logits.length));
        }
        return best;
    }

    /** A number in [0, 1): SplitMix64 (Steele et al. 2014) of the seed's {@code index}-th state. */
    static double uniform(long seed, int index) {
        return (mix(mix(seed) + GOLDEN_GAMMA * (index + 1L)) >>> 11) * ULP_OF_ONE;
    }

    /** FNV-1a over the characters, finished by {@link #mix}: the same on every machine and release. */
    private static long hash(String id) {
        long hash = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * 0x100000001B3L;
        }
        return mix(hash);
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }
}
