package io.lavastream.engine.sampling;

/**
 * Makes tokens that an answer already has less likely (Keskar et al. 2019, CTRL, section 4.1), as Hugging Face's {@code
 * RepetitionPenaltyLogitsProcessor} does, but over the generated tokens only: a question's own words cost nothing.
 */
public final class RepetitionPenalty {
    private RepetitionPenalty() {}

    /**
     * A copy of {@code logits}, [vocabulary], in which those of {@code generated} are divided by {@code penalty} if positive,
     * else multiplied by it; each once, however often it was generated.
     */
    public static float[] apply(float[] logits, int[] generated, double penalty) {
        float[] penalised = logits.clone();
        for (int id : generated) {
            float logit = logits[id];
            penalised[id] = (float) (logit > 0 ? logit / penalty : logit * penalty);
        }
        return penalised;
    }
}
