package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.ComputeDevice;
import io.lavastream.engine.model.GraphForms;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.model.ModelSettings.LongSlots;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * How many sequences run at once, how long they may be and how weights are kept: as the configuration says, and where it leaves
 * that open, as the model and the memory allow.
 *
 * @param settings of the model
 * @param reduced what was asked for or usual and does not fit, in words; empty if all fits
 * @param budget of memory
 */
record SlotPlan(ModelSettings settings, Optional<String> reduced, MemoryBudget budget) {
    /** Room for a question, a short history and an answer beside one image: LLaVA-1.5 then has slots of 1 024. */
    private static final int TEXT_POSITIONS = 448;

    private static final int MAX_DEFAULT_SLOTS = 8;

    /** A GPU is fast where many sequences share a step, and what it has of memory is for this. */
    private static final int MAX_DEFAULT_GPU_SLOTS = 128;

    /** A cache that any machine that holds the model can spare: 8 slots of small models, 2 of LLaVA-1.5 7B. */
    private static final long DEFAULT_CACHE_BYTES = 2L << 30;

    /** Longest piece of a prompt: short enough that running answers go on, long enough for full speed. */
    private static final int MAX_CHUNK = 256;

    /** A GPU takes milliseconds for a whole prompt. */
    private static final int MAX_GPU_CHUNK = 1024;

    private static final String EMBEDDING = "language_model.model.embed_tokens.weight";

    /**
     * @param imageRows positions that an image takes at most
     * @param stored type of a tensor in the checkpoint, by name
     * @param device that computes
     * @param memory of that device
     * @throws IllegalArgumentException if a setting does not fit the model or the other settings, or not one slot fits the
     *     memory
     */
    static SlotPlan of(
            EngineConfig config,
            LlavaConfig model,
            int imageRows,
            Function<String, TensorType> stored,
            ComputeDevice device,
            Memory memory) {
        SlotPlan plan = null;
        ModelSettings wanted = wanted(config, model, imageRows, device);
        for (WeightType type : types(config, stored.apply(EMBEDDING), wanted)) {
            plan = of(wanted.withWeights(type), model, stored, memory);
            if (plan.reduced.isEmpty()) {
                return plan;
            }
        }
        requireSlots(plan, config, memory);
        return plan;
    }

    /**
     * What the checkpoint itself has is the fastest on a GPU and where the JVM's vectors multiply. Elsewhere float32 is, where it fits.
     */
    private static List<WeightType> types(
            EngineConfig config, TensorType stored, ModelSettings wanted) {
        if (config.weights().isPresent()) {
            return List.of(config.weights().get());
        }
        WeightType own =
                switch (stored) {
                    case F16 -> WeightType.FP16;
                    case BF16 -> WeightType.BF16;
                    default -> WeightType.F32;
                };
        boolean ownFastest =
                own == WeightType.F32
                        || wanted.forms() == GraphForms.GPU
                        || wanted.computesByVectors();
        return ownFastest ? List.of(own) : List.of(WeightType.F32, own);
    }

    /** As many of the slots of {@code wanted} as fit, perhaps none. */
    private static SlotPlan of(
            ModelSettings wanted,
            LlavaConfig model,
            Function<String, TensorType> stored,
            Memory memory) {
        MemoryBudget budget = MemoryBudget.of(model, stored, wanted, memory.heap());
        int fit = budget.slotsWithin(memory.available());
        if (fit >= wanted.slots()) {
            return new SlotPlan(wanted, Optional.empty(), budget);
        }
        String reduced =
                "slots: %d, reduced from %d, which need %.1f GiB of memory (available: %.1f GiB; %s)"
                        .formatted(
                                fit,
                                wanted.slots(),
                                MemoryBudget.gibibytes(budget.bytes(wanted.slots())),
                                MemoryBudget.gibibytes(memory.available()),
                                budget.describe(wanted.slots()));
        return new SlotPlan(wanted.withSlots(Math.max(1, fit)), Optional.of(reduced), budget);
    }

    private static void requireSlots(SlotPlan plan, EngineConfig config, Memory memory) {
        int slots = config.reservedSlots().orElse(0) + 1;
        if (plan.budget.slotsWithin(memory.available()) < slots) {
            throw new IllegalArgumentException(
                    "memory: %.1f GiB available (expected: %.1f GiB or more for %d slot%s%s with weights %s: %s)"
                            .formatted(
                                    MemoryBudget.gibibytes(memory.available()),
                                    MemoryBudget.gibibytes(plan.budget.bytes(slots)),
                                    slots,
                                    slots == 1 ? "" : "s",
                                    longOnes(plan.budget),
                                    plan.settings.weights().label(),
                                    plan.budget.describe(slots)));
        }
    }

    /** Long slots are asked for one by one, so they are never reduced. */
    private static String longOnes(MemoryBudget budget) {
        return budget.longCount() == 0
                ? ""
                : " and %d long (long-slots; %.1f GiB)"
                        .formatted(budget.longCount(), MemoryBudget.gibibytes(budget.longSlots()));
    }

    private static ModelSettings wanted(
            EngineConfig config, LlavaConfig model, int imageRows, ComputeDevice device) {
        int longSlots = config.longSlots().orElse(0);
        // Where there are long slots, the others are for images of one tile.
        int rows = longSlots == 0 ? imageRows : model.imageTokens();
        int slotLength = config.slotLength().orElseGet(() -> defaultSlotLength(model, rows));
        int longLength =
                config.longSlotLength().orElseGet(() -> defaultSlotLength(model, imageRows));
        int chunk = device.forms() == GraphForms.GPU ? MAX_GPU_CHUNK : MAX_CHUNK;
        ModelSettings one =
                ModelSettings.of(1, slotLength)
                        .withLongSlots(new LongSlots(longSlots, longLength))
                        .withMaxChunk(Math.min(chunk, slotLength))
                        .withThreads(config.threads())
                        .withDevice(device);
        return one.withSlots(config.slots().orElseGet(() -> defaultSlots(config, model, one)));
    }

    /** Rounded up to what the cache is cut into: positions of a chunk that are not used cost the same. */
    private static int defaultSlotLength(LlavaConfig model, int imageRows) {
        int chunk = ModelSettings.DEFAULT_POSITIONS_PER_CHUNK;
        int chunks = (imageRows + TEXT_POSITIONS + chunk - 1) / chunk;
        return Math.min(chunks * chunk, model.text().maxPositions());
    }

    /** At least one more than are reserved: the reservation is what the configuration does say. */
    private static int defaultSlots(EngineConfig config, LlavaConfig model, ModelSettings one) {
        if (one.forms() == GraphForms.GPU) {
            return MAX_DEFAULT_GPU_SLOTS;
        }
        long fit =
                DEFAULT_CACHE_BYTES
                        / (one.slotLength() * MemoryBudget.bytesPerPosition(model.text(), one));
        return (int)
                Math.max(config.reservedSlots().orElse(0) + 1L, Math.min(MAX_DEFAULT_SLOTS, fit));
    }
}
