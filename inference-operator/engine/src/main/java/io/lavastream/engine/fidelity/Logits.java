package io.lavastream.engine.fidelity;

import java.util.stream.IntStream;

/** Sums and maxima over a vocabulary. */
final class Logits {
    private Logits() {}

    /** The most probable id, the lowest of equals. */
    static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((best, id) -> logits[id] > logits[best] ? id : best)
                .orElseThrow();
    }

    /** Logarithm of the sum of the exponentials, in float64. */
    static double logSumExp(float[] logits) {
        double largest = logits[argmax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - largest);
        }
        return largest + Math.log(sum);
    }

    /** Distance of the two largest. */
    static double margin(float[] logits) {
        int best = argmax(logits);
        double second = Double.NEGATIVE_INFINITY;
        for (int id = 0; id < logits.length; id++) {
            second = id == best ? second : Math.max(second, logits[id]);
        }
        return logits[best] - second;
    }

    /** Largest difference; both of one length. */
    static double difference(float[] one, float[] other) {
        double worst = 0;
        for (int i = 0; i < one.length; i++) {
            double difference = Math.abs((double) one[i] - other[i]);
            worst =
                    Double.isNaN(difference)
                            ? Double.POSITIVE_INFINITY
                            : Math.max(worst, difference);
        }
        return worst;
    }
}
