package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.model.DeviceMemoryException;
import io.lavastream.engine.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FewerSlotsTest {
    private final List<String> said = new ArrayList<>();

    @Test
    void givesUpSlotsUntilTheDeviceHoldsThemAndSaysSo() {
        int slots = FewerSlots.open(ModelSettings.of(128, 64), 1, holding(60), said::add);

        assertThat(slots).isEqualTo(54);
        assertThat(said)
                .hasSize(3)
                .first()
                .isEqualTo(
                        "slots: 96, reduced from 128, for which cpu has not the memory (OOM at 128)");
    }

    @Test
    void saysNothingWhereAllFits() {
        assertThat(FewerSlots.open(ModelSettings.of(8, 64), 1, holding(8), said::add)).isEqualTo(8);
        assertThat(said).isEmpty();
    }

    @Test
    void failsWhereNotEvenTheLeastFit() {
        assertThatThrownBy(() -> FewerSlots.open(ModelSettings.of(8, 64), 3, holding(2), said::add))
                .isInstanceOf(DeviceMemoryException.class)
                .hasMessage("OOM at 3");
        assertThat(said).hasSize(3).last().asString().startsWith("slots: 3, reduced from 4,");
    }

    private static java.util.function.Function<ModelSettings, Integer> holding(int slots) {
        return settings -> {
            if (settings.slots() > slots) {
                throw new DeviceMemoryException("OOM at " + settings.slots(), null);
            }
            return settings.slots();
        };
    }
}
