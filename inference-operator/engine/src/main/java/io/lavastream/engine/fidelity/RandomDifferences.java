package io.lavastream.engine.fidelity;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How far answers alone and in company are apart, over many prompts. Used by one thread. */
final class RandomDifferences {
    /** A token that was another in company, and the distance of the two best alone. */
    private record Other(int prompt, int token, int alone, int found, double margin) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "prompt %d token %d: %d alone, %d in company, margin %.1e",
                    prompt,
                    token,
                    alone,
                    found,
                    margin);
        }
    }

    private final List<Other> others = new ArrayList<>();
    private int prompts;
    private int tokens;
    private double logits;

    void add(Answered alone, Answered company) {
        int prompt = prompts++;
        for (int i = 0; i < alone.size(); i++) {
            tokens++;
            logits = Math.max(logits, Logits.difference(company.logits(i), alone.logits(i)));
            int expected = alone.tokens()[i];
            int found = company.tokens()[i];
            if (found != expected) {
                others.add(new Other(prompt, i, expected, found, Logits.margin(alone.logits(i))));
                return; // What follows another token is another text.
            }
        }
    }

    /** A margin above twice the largest difference is a choice that noise cannot explain. */
    CaseResult result(CaseKind kind, String name) {
        Comparison comparison = new Comparison().differs("logits", logits, Tolerances.BATCH);
        long beyond = others.stream().filter(other -> other.margin() > 2 * logits).count();
        comparison.differs("tokens beyond twice that", (double) beyond, 0);
        comparison.remark(
                "%d prompts, %d tokens, %d of them others in company"
                        .formatted(prompts, tokens, others.size()));
        others.forEach(other -> comparison.remark(other.toString()));
        return comparison.result(kind, name);
    }
}
