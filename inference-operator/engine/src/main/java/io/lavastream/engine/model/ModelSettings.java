package io.lavastream.engine.model;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.WeightType;
import java.util.ArrayList;
import java.util.List;

/**
 * How a model is run. Checked on construction.
 *
 * @param slots sequences that can hold a place in the KV cache at once
 * @param slotLength positions of one slot: prompt and answer together
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
        int maxChunk,
        int positionsPerChunk,
        int threads,
        WeightType weights,
        MatrixLayout layout,
        ComputeDevice device) {
    /** Attention reads at most this many positions more than a sequence has. */
    public static final int DEFAULT_POSITIONS_PER_CHUNK = 64;

    private static final int SHORTEST_CHUNK = 8;

    /** Longer ones are rare, and padding would cost more than a new shape. */
    private static final int LONGEST_PADDED = 256;

    public ModelSettings {
        require(slots >= 1 && slots <= 256, "slots", slots, "1 to 256");
        require(slotLength >= 2, "slot-length", slotLength, ">= 2");
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
                slots, slotLength, positions, positionsPerChunk, threads, weights, layout, device);
    }

    public ModelSettings withThreads(int count) {
        return new ModelSettings(
                slots, slotLength, maxChunk, positionsPerChunk, count, weights, layout, device);
    }

    public ModelSettings withSlots(int count) {
        return new ModelSettings(
                count, slotLength, maxChunk, positionsPerChunk, threads, weights, layout, device);
    }

    public ModelSettings withWeights(WeightType type) {
        return new ModelSettings(
                slots, slotLength, maxChunk, positionsPerChunk, threads, type, layout, device);
    }

    public ModelSettings withLayout(MatrixLayout order) {
        return new ModelSettings(
                slots, slotLength, maxChunk, positionsPerChunk, threads, weights, order, device);
    }

    public ModelSettings withDevice(ComputeDevice computing) {
        return new ModelSettings(
                slots,
                slotLength,
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
