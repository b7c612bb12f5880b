package io.lavastream.engine.runtime;

import io.lavastream.engine.model.GraphForms;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.kernels.VectorSupport;

/** What a model takes of its machine, in words for the person who starts it. */
final class Footprint {
    private Footprint() {}

    /** Slots and their length, type of the weights, memory, and on a CPU what multiplies. */
    static String describe(ModelSettings settings, MemoryBudget budget) {
        return "%s positions; weights %s; memory %.1f GiB (%s)%s"
                .formatted(
                        slots(settings),
                        settings.weights().label(),
                        MemoryBudget.gibibytes(budget.bytes(settings.slots())),
                        budget.describe(settings.slots()),
                        products(settings));
    }

    private static String slots(ModelSettings settings) {
        String usual = "%d of %d".formatted(settings.slots(), settings.slotLength());
        return settings.longSlots().count() == 0
                ? usual
                : "%s and %d of %d"
                        .formatted(
                                usual, settings.longSlots().count(), settings.longSlots().length());
    }

    /** Of a GPU's forms there is nothing to choose. */
    private static String products(ModelSettings settings) {
        if (settings.forms() == GraphForms.GPU) {
            return "";
        }
        if (settings.computesByVectors()) {
            return "; products by the JVM's vectors"
                    + (VectorSupport.streams() ? ", of a few rows by machine code" : "")
                    + (VectorSupport.tiles() ? ", of many rows by the processor's tiles" : "");
        }
        return "; products by TensorFlow"
                + VectorSupport.missing().map(reason -> ", as " + reason).orElse("");
    }
}
