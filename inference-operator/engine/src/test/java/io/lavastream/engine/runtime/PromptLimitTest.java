package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.reference.GoldenCase;
import io.lavastream.engine.reference.Reference;
import io.lavastream.engine.reference.ReferenceModels;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PromptLimitTest {
    @TempDir private Path root;

    @Test
    void namesTheSlotWhereItIsTheSmallest() {
        assertThatThrownBy(() -> limit("c01_pano_unpad", 1_024).require(1_024, 900, 1))
                .isInstanceOf(EngineException.class)
                .hasMessage(
                        "prompt: 1024 tokens, 900 of them of 1 image(s) (expected: at most 1023,"
                                + " slot-length 1024 less one for the answer)");
    }

    @Test
    void namesThePositionsOfTheModel() {
        assertThatThrownBy(() -> limit("c01_pano_unpad", 4_096).require(4_096, 0, 0))
                .hasMessageContaining(
                        "at most 4095, max_position_embeddings 4096 less one for the answer");
    }

    /** The model's own limit is of the prompt alone: an answer may go beyond it. */
    @Test
    void namesTheSequenceOfTheModel() {
        PromptLimit limit = limit("c09_truncated_700", 4_096);

        assertThatCode(() -> limit.require(700, 0, 0)).doesNotThrowAnyException();
        assertThatThrownBy(() -> limit.require(701, 0, 0))
                .hasMessageContaining("at most 700, tokenizer_model_max_length of the model");
    }

    @Test
    void cutsAsTheReferenceDoesWhereItIsAskedTo() {
        GoldenCase golden = Reference.golden("tiny-llava-hd", "c09_truncated_700");
        EngineConfig config = config(golden).withTruncate(EngineConfig.Truncate.REFERENCE);
        PromptLimit limit = PromptLimit.of(config, model(config), 1_024);

        assertThatCode(() -> limit.require(9_999, 0, 0)).doesNotThrowAnyException();
        assertThat(limit.cut()).hasValue(700);
    }

    private PromptLimit limit(String golden, int slotLength) {
        EngineConfig config = config(Reference.golden("tiny-llava-hd", golden));
        return PromptLimit.of(config, model(config), slotLength);
    }

    private EngineConfig config(GoldenCase golden) {
        return EngineConfig.defaults(ReferenceModels.directory(root, golden));
    }

    private static LlavaConfig model(EngineConfig config) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            return checkpoint.config();
        }
    }
}
