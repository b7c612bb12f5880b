package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.checkpoint.LlavaConfig;
import java.util.OptionalInt;

/**
 * How long a prompt may be, and what says so. Immutable.
 *
 * @param positions at most
 * @param source what sets the limit, in words for a message
 * @param cut where longer prompts are cut without a word, if they are
 */
record PromptLimit(int positions, String source, OptionalInt cut) {
    /** The smallest of what the model and its slots allow; the cut is the reference's, where it is asked for. */
    static PromptLimit of(EngineConfig config, LlavaConfig model, int slotLength) {
        PromptLimit limit = ofSlot(slotLength);
        int positions = model.text().maxPositions();
        if (positions <= slotLength) {
            limit = lessOne("max_position_embeddings", positions);
        }
        int sequence = model.maxSequence().orElse(Integer.MAX_VALUE);
        if (sequence < limit.positions()) {
            limit =
                    new PromptLimit(
                            sequence, "tokenizer_model_max_length of the model", limit.cut());
        }
        return config.truncate() == EngineConfig.Truncate.REFERENCE
                ? new PromptLimit(limit.positions(), limit.source(), model.maxSequence())
                : limit;
    }

    /** Only what a slot has room for. */
    static PromptLimit ofSlot(int slotLength) {
        return lessOne("slot-length", slotLength);
    }

    /** One position is for the answer. */
    private static PromptLimit lessOne(String source, int positions) {
        return new PromptLimit(
                positions - 1,
                "%s %d less one for the answer".formatted(source, positions),
                OptionalInt.empty());
    }

    /**
     * Does nothing where a prompt fits, cut if it is to be.
     *
     * @param imageRows of its {@code length} positions those of {@code images}
     * @throws EngineException with {@link ErrorCode#PROMPT_TOO_LONG} otherwise
     */
    void require(int length, int imageRows, int images) {
        if (Math.min(length, cut.orElse(length)) > positions) {
            throw new EngineException(
                    ErrorCode.PROMPT_TOO_LONG,
                    "prompt: %d tokens, %d of them of %d image(s) (expected: at most %d, %s)"
                            .formatted(length, imageRows, images, positions, source));
        }
    }

    /** {@code prompt}, cut if it is to be. */
    ExpandedPrompt apply(ExpandedPrompt prompt) {
        return cut.isPresent() ? prompt.cut(cut.getAsInt()) : prompt;
    }
}
