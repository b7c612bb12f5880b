package io.lavastream.engine.fidelity;

import java.util.Collection;

/** A prompt that runs through a model, alone or in company. */
interface BatchPrompt {
    /** Positions that it takes. */
    int length();

    /** Prefills {@code slot} in pieces of at most {@code piece} positions; the logits that follow. */
    float[] prefill(int slot, int piece);

    /** Tokens that end its answer, and are part of it. */
    Collection<Integer> ends();
}
