package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.model.DeviceMemoryException;
import io.lavastream.engine.model.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FittingSlotsTest {
    private final List<Integer> tried = new ArrayList<>();

    @Test
    void opensWithWhatWasAskedForWhereItFits() {
        assertThat(open(8, 1, 8)).isEqualTo(8);
        assertThat(tried).containsExactly(8);
    }

    @Test
    void takesFewerSlotsUntilTheyFit() {
        assertThat(open(16, 1, 7)).isEqualTo(6);
        assertThat(tried).containsExactly(16, 12, 9, 6);
        tried.clear();
        assertThat(open(3, 1, 1)).isOne();
        assertThat(tried).containsExactly(3, 2, 1);
    }

    @Test
    void keepsOneMoreThanAreReserved() {
        assertThatThrownBy(() -> open(4, 3, 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "slots: 3 (expected: as many as the device's memory holds: 3 are too many)");
        assertThat(tried).containsExactly(4, 3);
    }

    /** On a device that has room for {@code fit} slots. */
    private int open(int wanted, int least, int fit) {
        return FittingSlots.open(
                ModelSettings.of(wanted, 64),
                least,
                settings -> {
                    tried.add(settings.slots());
                    if (settings.slots() > fit) {
                        throw new DeviceMemoryException(settings.slots() + " are too many", null);
                    }
                    return settings.slots();
                });
    }
}
