package io.lavastream.engine.sampling;

import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.prompt.PermittedAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How the model's belief at the first token divides among the permitted answers. */
public final class ChoiceProbabilities {
    private ChoiceProbabilities() {}

    /**
     * Each answer's share of the probability of all permitted answers, in the order of {@code answers}: the
     * softmax of {@code logits}, summed over the tokens an answer may begin with. Temperature and truncation
     * have no part in it.
     *
     * @param logits those of the first generated token, one an id
     * @return empty if the format permits any answer, or if no permitted token has a finite logit
     */
    public static List<ChoiceProbability> of(float[] logits, PermittedAnswers answers) {
        double largest = Double.NEGATIVE_INFINITY;
        for (Set<Integer> ids : answers.firstTokens().values()) {
            for (int id : ids) {
                largest = Math.max(largest, logits[id]);
            }
        }
        if (!Double.isFinite(largest)) {
            return List.of();
        }
        List<ChoiceProbability> masses = new ArrayList<>();
        double total = 0;
        for (String answer : answers.firstTokens().keySet()) {
            double mass = 0;
            for (int id : answers.firstTokens().get(answer)) {
                mass += Math.exp(logits[id] - largest);
            }
            masses.add(new ChoiceProbability(answer, mass));
            total += mass;
        }
        double all = total;
        return masses.stream()
                .map(mass -> new ChoiceProbability(mass.answer(), mass.probability() / all))
                .toList();
    }
}
