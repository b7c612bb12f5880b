package io.lavastream.engine.runtime;

import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.StepOutput;
import io.lavastream.engine.scheduler.Work;

/** What came out of a piece of work. */
sealed interface Output {
    Work work();

    /** What a stage of vision made of a tile, flattened. */
    @SuppressWarnings("ArrayRecordComponent") // Handed from run to update, never compared.
    record Encoded(Work.Encode work, float[] values) implements Output {}

    /** A prefix was copied. */
    record Copied(Work.Copy work) implements Output {}

    /** The logits that follow a chunk of a prompt, [vocabulary]. */
    @SuppressWarnings("ArrayRecordComponent") // Handed from run to update, never compared.
    record PromptLogits(Work.Prefill work, float[] logits) implements Output {}

    /** The next token, or its logits, of each sequence of {@code batch}. */
    record NextTokens(Work.Decode work, DecodeBatch batch, StepOutput step) implements Output {}

    /** The model threw. */
    record Fault(Work work, RuntimeException cause) implements Output {}
}
