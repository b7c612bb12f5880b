package io.lavastream.engine.sampling;

import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.prompt.PermittedAnswers;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How the model's belief divides among the permitted answers. Penalty, temperature and truncation have no part in it.
 *
 * @param choices each answer's share of the probability of all permitted answers, in the order of the format; empty if the
 *     format permits any answer, or if no permitted answer is possible
 * @param outside the probability, 0 to 1, of everything else: what the shares leave out; empty if the format permits any answer
 */
public record ChoiceProbabilities(List<ChoiceProbability> choices, OptionalDouble outside) {
    /** Of a format that permits any answer. */
    public static final ChoiceProbabilities NONE =
            new ChoiceProbabilities(List.of(), OptionalDouble.empty());

    public ChoiceProbabilities {
        choices = List.copyOf(choices);
    }

    /**
     * At the first token: the softmax of {@code logits} over the whole vocabulary, summed over the tokens that an answer may begin
     * with ({@link PermittedAnswers} says which those are).
     *
     * @param logits the raw ones of the first generated token, one an id
     */
    public static ChoiceProbabilities of(float[] logits, PermittedAnswers answers) {
        if (answers.isEmpty()) {
            return NONE;
        }
        LogProbabilities probabilities = LogProbabilities.of(logits);
        List<ChoiceProbability> masses = new ArrayList<>();
        answers.firstTokens()
                .forEach(
                        (answer, ids) ->
                                masses.add(
                                        new ChoiceProbability(
                                                answer,
                                                ids.stream()
                                                        .mapToDouble(probabilities::probability)
                                                        .sum())));
        return ofMasses(masses);
    }

    /** From each answer's probability among all there is to say. */
    static ChoiceProbabilities ofMasses(List<ChoiceProbability> masses) {
        double total = masses.stream().mapToDouble(ChoiceProbability::probability).sum();
        OptionalDouble outside = OptionalDouble.of(Math.max(0, 1 - total));
        if (!(total > 0)) {
            return new ChoiceProbabilities(List.of(), outside);
        }
        List<ChoiceProbability> shares =
                masses.stream()
                        .map(
                                mass ->
                                        new ChoiceProbability(
                                                mass.answer(), mass.probability() / total))
                        .toList();
        return new ChoiceProbabilities(shares, outside);
    }
}
