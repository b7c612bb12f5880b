package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ModelSettingsTest {
    @Test
    void aPromptGoesInOnePieceByDefault() {
        ModelSettings settings = ModelSettings.of(4, 1024);

        assertThat(settings.maxChunk()).isEqualTo(1024);
        assertThat(settings.positionsPerChunk()).isEqualTo(64);
        assertThat(settings.threads()).isPositive();
    }

    @Test
    void namesTheSettingThatIsOutOfRange() {
        assertThatThrownBy(() -> ModelSettings.of(0, 1024))
                .hasMessage("slots: 0 (expected: 1 to 256)");
        assertThatThrownBy(() -> ModelSettings.of(1, 1))
                .hasMessage("slot-length: 1 (expected: >= 2)");
        assertThatThrownBy(() -> ModelSettings.of(1, 100).withMaxChunk(101))
                .hasMessage("max-chunk: 101 (expected: 1 to slot-length 100)");
        assertThatThrownBy(() -> ModelSettings.of(1, 100).withThreads(0))
                .hasMessage("threads: 0 (expected: >= 1)");
    }

    @Test
    void widthsReachEverySlotCount() {
        assertThat(LlavaModel.widths(1)).containsExactly(1);
        assertThat(LlavaModel.widths(5)).containsExactly(1, 2, 4, 5);
        assertThat(LlavaModel.widths(8)).containsExactly(1, 2, 4, 8);
    }
}
