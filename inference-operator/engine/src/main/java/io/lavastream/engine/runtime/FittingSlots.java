package io.lavastream.engine.runtime;

import io.lavastream.engine.model.DeviceMemoryException;
import io.lavastream.engine.model.ModelSettings;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens a model with fewer slots where a device turns out to have too little memory: what it has is not known beforehand. */
final class FittingSlots {
    private static final Logger LOG = LoggerFactory.getLogger(FittingSlots.class);

    private FittingSlots() {}

    /**
     * What {@code opener} makes of {@code wanted}, or of as many slots less as it takes, a quarter at a time.
     *
     * @param least slots
     * @param opener leaves nothing behind where it throws a {@link DeviceMemoryException}
     * @throws IllegalArgumentException if not even {@code least} slots fit
     */
    static <T> T open(ModelSettings wanted, int least, Function<ModelSettings, T> opener) {
        ModelSettings settings = wanted;
        while (true) {
            try {
                return opener.apply(settings);
            } catch (DeviceMemoryException e) {
                int slots = settings.slots();
                if (slots <= least) {
                    throw new IllegalArgumentException(
                            "slots: %d (expected: as many as the device's memory holds: %s)"
                                    .formatted(slots, e.getMessage()),
                            e);
                }
                int fewer = Math.max(least, Math.min(slots - 1, slots * 3 / 4));
                LOG.warn(
                        "slots: {} do not fit the device's memory, trying {}: {}",
                        slots,
                        fewer,
                        e.getMessage());
                settings = settings.withSlots(fewer);
            }
        }
    }
}
