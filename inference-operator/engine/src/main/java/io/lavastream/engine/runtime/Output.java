package io.lavastream.engine.runtime;

import io.lavastream.engine.model.StepOutput;
import io.lavastream.engine.scheduler.Work;

/** What came out of a piece of work. */
sealed interface Output {
    /** Feature rows of one tile, [tileRows, hidden size] flattened. */
    @SuppressWarnings("ArrayRecordComponent") // Handed from run to update, never compared.
    record Features(Work.EncodeTile work, float[] rows) implements Output {}

    /** The logits that follow a chunk of a prompt, [vocabulary]. */
    @SuppressWarnings("ArrayRecordComponent") // Handed from run to update, never compared.
    record PromptLogits(Work.Prefill work, float[] logits) implements Output {}

    /** The next token, or its logits, of each sequence of a batch. */
    record NextTokens(Work.Decode work, StepOutput step) implements Output {}

    /** The model threw. */
    record Fault(Work work, RuntimeException cause) implements Output {}
}
