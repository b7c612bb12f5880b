package io.lavastream.engine.sampling;

import io.lavastream.engine.SamplingParams;
import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * The tokens that sampling may choose from and their probabilities: logits divided by the temperature, then
 * the top-k kept, then the smallest set that reaches top-p, then those at least min-p times as probable as the most
 * probable, in that order and over the whole vocabulary; ids that are never produced are removed last, and the rest
 * is renormalised. Immutable.
 *
 * <p>As in Hugging Face transformers ({@code generation/logits_process.py}), tokens that tie with the k-th
 * are kept. Nothing is sorted: top-k and top-p select.
 */
public final class TokenDistribution {
    private static final BitSet NONE = new BitSet();

    /** By so much less than 1 that what sums of weights are rounded by does not matter. */
    private static final double SURELY_LESS = 0.999;

    private final int[] ids;

    /** Of each id, some multiple of its probability. */
    private final double[] weights;

    /** How much of those arrays is used. */
    private final int size;

    /** Sum of the weights. */
    private final double total;

    private TokenDistribution(int[] ids, double[] weights, int size) {
        this.ids = ids;
        this.weights = weights;
        this.size = size;
        this.total = sum(weights, size);
    }

    /**
     * The distribution over {@code logits}; ids whose logit is not finite are no part of it. {@code
     * params} must not be greedy.
     *
     * @param neverProduced ids that cannot be chosen; if nothing else was kept, the most probable of the others is
     */
    public static TokenDistribution of(
            float[] logits, SamplingParams params, BitSet neverProduced) {
        float largest = logits[Sampler.argmax(logits, NONE)];
        float threshold = kthLargest(logits, params.topK());
        int[] ids = new int[logits.length];
        double[] weights = new double[logits.length];
        int kept = 0;
        for (int id = 0; id < logits.length; id++) {
            if (Float.isFinite(logits[id]) && logits[id] >= threshold) {
                ids[kept] = id;
                weights[kept] = Math.exp((logits[id] - (double) largest) / params.temperature());
                kept++;
            }
        }
        if (params.topP() < 1) {
            kept = keepMostProbable(ids, weights, kept, params.topP());
        }
        double least = params.minP(); // The most probable weighs 1.
        kept = keep(ids, weights, kept, i -> weights[i] >= least && !neverProduced.get(ids[i]));
        if (sum(weights, kept) == 0) { // None is kept, or too improbable for a double.
            return new TokenDistribution(
                    new int[] {Sampler.argmax(logits, neverProduced)}, new double[] {1}, 1);
        }
        return new TokenDistribution(ids, weights, kept);
    }

    /** Number of tokens that may be chosen. */
    public int size() {
        return size;
    }

    /** Probability of {@code id}; 0 if it cannot be chosen. */
    public double probability(int id) {
        for (int i = 0; i < size; i++) {
            if (ids[i] == id) {
                return weights[i] / total;
            }
        }
        return 0;
    }

    /** The token at {@code position}, in [0, 1), of the tokens' probabilities laid end to end. */
    int at(double position) {
        double aim = position * total;
        double passed = 0;
        int last = 0;
        for (int i = 0; i < size; i++) {
            passed += weights[i];
            if (aim < passed) {
                return ids[i];
            }
            last = weights[i] > 0 ? i : last;
        }
        return ids[last]; // The aim rounds to the sum itself.
    }

    private static double sum(double[] weights, int length) {
        double sum = 0;
        for (int i = 0; i < length; i++) {
            sum += weights[i];
        }
        return sum;
    }

    /** Moves what {@code condition} holds for to the front, in order, and returns how many they are. */
    private static int keep(int[] ids, double[] weights, int length, IntPredicate condition) {
        int kept = 0;
        for (int i = 0; i < length; i++) {
            if (condition.test(i)) {
                ids[kept] = ids[i];
                weights[kept++] = weights[i];
            }
        }
        return kept;
    }

    /** Value of the {@code k}-th largest finite logit, by quickselect; the least float keeps all. */
    private static float kthLargest(float[] logits, int k) {
        if (k == 0 || k >= logits.length) {
            return -Float.MAX_VALUE;
        }
        float[] values = new float[logits.length];
        int length = 0;
        for (float logit : logits) {
            if (Float.isFinite(logit)) {
                values[length++] = logit;
            }
        }
        if (k >= length) {
            return -Float.MAX_VALUE;
        }
        int low = 0;
        int high = length - 1;
        int target = length - k;
        while (low < high) {
            float pivot = values[(low + high) >>> 1];
            int left = low;
            int right = high;
            while (left <= right) {
                while (values[left] < pivot) {
                    left++;
                }
                while (values[right] > pivot) {
                    right--;
                }
                if (left <= right) {
                    float swapped = values[left];
                    values[left++] = values[right];
                    values[right--] = swapped;
                }
            }
            if (target <= right) {
                high = right;
            } else if (target >= left) {
                low = left;
            } else {
                break;
            }
        }
        return values[target];
    }

    /**
     * Moves the most probable tokens to the front, in order of their ids, as many as it takes until their share reaches {@code topP}; of equals
     * those with the lowest ids.
     *
     * @return how many they are, at least 1
     */
    private static int keepMostProbable(int[] ids, double[] weights, int length, double topP) {
        double total = sum(weights, length);
        double wanted = topP * total;
        // All below this together are less than what is left out, so none of them is needed.
        double candidate = SURELY_LESS * (1 - topP) * total / length;
        double[] candidates = new double[length];
        int low = 0;
        int high = -1;
        for (int i = 0; i < length; i++) {
            if (weights[i] >= candidate) {
                candidates[++high] = weights[i];
            }
        }
        while (low < high) {
            double pivot = candidates[(low + high) >>> 1];
            // Heavier ones first, then equals up to right, then lighter ones.
            int left = low;
            int right = high;
            double heavier = 0;
            for (int i = low; i <= right; ) {
                double weight = candidates[i];
                if (weight > pivot) {
                    heavier += weight;
                    candidates[i++] = candidates[left];
                    candidates[left++] = weight;
                } else if (weight < pivot) {
                    candidates[i] = candidates[right];
                    candidates[right--] = weight;
                } else {
                    i++;
                }
            }
            if (heavier >= wanted) {
                high = left - 1;
            } else if (heavier + (right - left + 1) * pivot >= wanted || right == high) {
                return keepFrom(
                        pivot, (int) Math.ceil((wanted - heavier) / pivot), ids, weights, length);
            } else {
                wanted -= heavier + (right - left + 1) * pivot;
                low = right + 1;
            }
        }
        return keepFrom(candidates[low], 1, ids, weights, length);
    }

    /** Likewise, those heavier than {@code least}, and {@code equals} that weigh as much, or as many as there are. */
    private static int keepFrom(double least, int equals, int[] ids, double[] weights, int length) {
        int left = equals;
        int kept = 0;
        for (int i = 0; i < length; i++) {
            if (weights[i] > least || (weights[i] == least && left-- > 0)) {
                ids[kept] = ids[i];
                weights[kept++] = weights[i];
            }
        }
        return kept;
    }
}
