package io.lavastream.engine.sampling;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The natural logarithms of the probabilities that a model's raw logits stand for: their log-softmax over the whole vocabulary,
 * before penalty, temperature and truncation. Reads the logits it was given, which must not change; else immutable.
 */
public final class LogProbabilities {
    private final float[] logits;
    private final double logSumExp;

    private LogProbabilities(float[] logits, double logSumExp) {
        this.logits = logits;
        this.logSumExp = logSumExp;
    }

    /** Of {@code logits}, [vocabulary]; those that are not finite have the probability 0. */
    public static LogProbabilities of(float[] logits) {
        double largest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            largest = Float.isFinite(logit) ? Math.max(largest, logit) : largest;
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Float.isFinite(logit) ? Math.exp(logit - largest) : 0;
        }
        return new LogProbabilities(logits, largest + Math.log(sum));
    }

    /** At most 0; minus infinity for an id that is impossible. */
    public double of(int id) {
        return Float.isFinite(logits[id]) ? logits[id] - logSumExp : Double.NEGATIVE_INFINITY;
    }

    /** 0 to 1. */
    public double probability(int id) {
        return Math.exp(of(id));
    }

    /** The {@code count} most probable ids, or all possible ones if fewer: best first, the lowest id among equals. */
    public List<Integer> top(int count) {
        Comparator<Integer> better =
                Comparator.<Integer>comparingDouble(id -> -logits[id])
                        .thenComparing(Comparator.naturalOrder());
        PriorityQueue<Integer> best = new PriorityQueue<>(better.reversed());
        for (int id = 0; count > 0 && id < logits.length; id++) {
            if (!Float.isFinite(logits[id])) {
                continue;
            }
            if (best.size() < count) {
                best.add(id);
            } else if (logits[id] > logits[best.peek()]) {
                best.poll();
                best.add(id);
            }
        }
        List<Integer> ids = new ArrayList<>(best);
        ids.sort(better);
        return ids;
    }
}
