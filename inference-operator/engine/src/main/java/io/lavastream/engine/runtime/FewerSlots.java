package io.lavastream.engine.runtime;

import io.lavastream.engine.model.DeviceMemoryException;
import io.lavastream.engine.model.ModelSettings;
import java.util.function.Consumer;
import java.util.function.Function;

/** Opens a model with fewer and fewer slots, until its device has the memory: on a GPU nobody knows before what is there. */
final class FewerSlots {
    private FewerSlots() {}

    /**
     * @param least slots without which the model is not opened
     * @param opener opens a model, or leaves nothing behind
     * @param said takes a sentence each time that slots are given up
     * @throws DeviceMemoryException if not even {@code least} slots fit
     */
    static <M> M open(
            ModelSettings settings,
            int least,
            Function<ModelSettings, M> opener,
            Consumer<String> said) {
        ModelSettings tried = settings;
        while (true) {
            try {
                return opener.apply(tried);
            } catch (DeviceMemoryException e) {
                if (tried.slots() <= least) {
                    throw e;
                }
                int fewer = Math.max(least, tried.slots() * 3 / 4);
                said.accept(
                        "slots: %d, reduced from %d, for which %s has not the memory (%s)"
                                .formatted(
                                        fewer,
                                        tried.slots(),
                                        tried.device().label(),
                                        e.getMessage()));
                tried = tried.withSlots(fewer);
            }
        }
    }
}
