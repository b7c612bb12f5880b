package io.lavastream.engine.model;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.WeightType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How a model is run. Checked on construction.
 *
 * @param slots sequences that can hold a place in the KV cache at once, but for the long ones
 * @param slotLength positions of one slot: prompt and answer together
 * @param longSlots slots of another length, behind those
 * @param maxChunk longest piece of a prompt that one prefill takes, in positions
 * @param positionsPerChunk granularity at which attention follows a sequence's length
 * @param threads of one TensorFlow operation
 * @param weights type in which matrices are kept in memory
 * @param layout order in which those of float32 are kept on a CPU
 * @param device that computes, and the forms that suit it
 */
public record ModelSettings(
        int slots,
        int slotLength,
        LongSlots longSlots,
        int maxChunk,
        int positionsPerChunk,
        int threads,
        WeightType weights,
        MatrixLayout layout,
        ComputeDevice device) {
    /** Slots for sequences that are longer than most; {@code length} counts where there are any. */
    public record LongSlots(int count, int length) {
        public static final LongSlots NONE = new LongSlots(0, 0);
    }

    /** Attention reads at most this many positions more than a sequence has. */
    public static final int DEFAULT_POSITIONS_PER_CHUNK = 64;

    private static final int SHORTEST_CHUNK = 8;

    /** Longer ones are rare, and padding would cost more than a new shape. */
    private static final int LONGEST_PADDED = 256;

    public ModelSettings {
        require(slots >= 1 && slots <= 256, "slots", slots, "1 to 256");
        require(slotLength >= 2, "slot-length", slotLength, ">= 2");
        require(
                longSlots.count() >= 0 && longSlots.count() <= 256 - slots,
                "long-slots",
                longSlots.count(),
                "0 to 256, less slots " + slots);
        require(
                longSlots.count() == 0 || longSlots.length() > slotLength,
                "long-slot-length",
                longSlots.length(),
                "more than slot-length " + slotLength);
        require(
                maxChunk >= 1 && maxChunk <= slotLength,
                "max-chunk",
                maxChunk,
                "1 to slot-length " + slotLength);
        require(positionsPerChunk >= 1, "positions-per-chunk", positionsPerChunk, ">= 1");
        require(threads >= 1, "threads", threads, ">= 1");
        requireNonNull(weights, "weights");
        requireNonNull(layout, "layout");
        requireNonNull(device, "device");
    }

    /** On the CPU, with matrices in float32, in the order that is fastest here. */
    public ModelSettings(
            int slots, int slotLength, int maxChunk, int positionsPerChunk, int threads) {
        this(
                slots,
                slotLength,
                LongSlots.NONE,
                maxChunk,
                positionsPerChunk,
                threads,
                WeightType.F32,
                MatrixLayout.ofMachine(),
                ComputeDevice.CPU);
    }

    /** {@code slots} of {@code slotLength} positions; a prompt in one piece, every core, float32. */
    public static ModelSettings of(int slots, int slotLength) {
        return new ModelSettings(
                slots,
                slotLength,
                slotLength,
                DEFAULT_POSITIONS_PER_CHUNK,
                Runtime.getRuntime().availableProcessors());
    }

    public ModelSettings withMaxChunk(int positions) {
        return new ModelSettings(
                slots,
                slotLength,
                longSlots,
                positions,
                positionsPerChunk,
                threads,
                weights,
                layout,
                device);
    }

    public ModelSettings withThreads(int count) {
        return new ModelSettings(
                slots,
                slotLength,
                longSlots,
                maxChunk,
                positionsPerChunk,
                count,
                weights,
                layout,
                device);
    }

    public ModelSettings withSlots(int count) {
        return new ModelSettings(
                count,
                slotLength,
                longSlots,
                maxChunk,
                positionsPerChunk,
                threads,
                weights,
                layout,
                device);
    }

    public ModelSettings withLongSlots(LongSlots others) {
        return new ModelSettings(
                slots,
                slotLength,
                others,
                maxChunk,
                positionsPerChunk,
                threads,
                weights,
                layout,
                device);
    }

    public ModelSettings withWeights(WeightType type) {
        return new ModelSettings(
                slots,
                slotLength,
                longSlots,
                maxChunk,
                positionsPerChunk,
                threads,
                type,
                layout,
                device);
    }

    public ModelSettings withLayout(MatrixLayout order) {
        return new ModelSettings(
                slots,
                slotLength,
                longSlots,
                maxChunk,
                positionsPerChunk,
                threads,
                weights,
                order,
                device);
    }

    /** Positions of each slot, the long ones last. */
    public List<Integer> slotLengths() {
        List<Integer> lengths = new ArrayList<>(Collections.nCopies(slots, slotLength));
        lengths.addAll(Collections.nCopies(longSlots.count(), longSlots.length()));
        return lengths;
    }

    /** Positions of the longest slot. */
    public int longestSlot() {
        return longSlots.count() == 0 ? slotLength : longSlots.length();
    }

    public ModelSettings withDevice(ComputeDevice computing) {
        return new ModelSettings(
                slots,
                slotLength,
                longSlots,
                maxChunk,
                positionsPerChunk,
                threads,
                weights,
                layout,
                computing);
    }

    /** In which forms the model computes. */
    public GraphForms forms() {
        return device.forms();
    }

    /** Whether the JVM's vectors compute what they can. */
    public boolean computesByVectors() {
        return forms() == GraphForms.CPU && layout == MatrixLayout.VECTORS;
    }

    /** Lengths that prefills have, so that shapes repeat: powers of two and the longest there may be; ascending. */
    public List<Integer> chunkLengths() {
        List<Integer> lengths = new ArrayList<>();
        for (int length = SHORTEST_CHUNK;
                length < maxChunk && length <= LONGEST_PADDED;
                length *= 2) {
            lengths.add(length);
        }
        lengths.add(maxChunk);
        return lengths;
    }

    /** Rows that a prefill of {@code length} positions runs with, padding included. */
    int paddedChunk(int length) {
        return length > LONGEST_PADDED
                ? length
                : chunkLengths().stream()
                        .filter(padded -> padded >= length)
                        .mapToInt(padded -> padded)
                        .map(padded -> padded > LONGEST_PADDED ? length : padded)
                        .findFirst()
                        .orElseThrow();
    }

    private static void require(boolean holds, String setting, int found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %s)".formatted(setting, found, expected));
        }
    }
}
