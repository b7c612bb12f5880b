package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.LlavaModel;

/**
 * A case whose prompt's beginning another sequence has computed: copied from that one's slot, or left behind in its own, and
 * the rest prefilled over it piece by piece.
 */
final class PrefixRun {
    private static final int OTHERS = 0;
    private static final int OWN = 1;

    private final GoldenInput input;
    private final int piece;

    /** @param piece positions of a prefill at most */
    PrefixRun(GoldenInput input, int piece) {
        this.input = input;
        this.piece = piece;
    }

    /** The answer of up to {@code limit} tokens where the first {@code positions} are copied. */
    Answered copied(int positions, int limit) {
        input.prefill(OTHERS, piece);
        input.model().copyPrefix(OTHERS, OWN, 0, positions);
        return answer(OWN, positions, limit);
    }

    /** Likewise where they stand in the slot already, behind them an earlier answer. */
    Answered stayed(int positions, int limit) {
        answer(OTHERS, 0, limit);
        return answer(OTHERS, positions, limit);
    }

    private Answered answer(int slot, int from, int limit) {
        LlavaModel model = input.model();
        float[] logits = new float[0];
        for (int start = from; start < input.length(); start += piece) {
            int length = Math.min(piece, input.length() - start);
            logits = model.prefill(slot, start, input.chunk(start, length));
        }
        return Answered.alone(
                model, slot, input.length(), logits, limit, input.config().eosTokenIds());
    }
}
