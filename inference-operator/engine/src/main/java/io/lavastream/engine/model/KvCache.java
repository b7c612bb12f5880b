package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlamaConfig;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/**
 * Keys and values of every position that the running sequences have seen: one variable of keys and
 * one of values a layer.
 *
 * <p>Layout [chunk, keyValueHead, position in chunk, headSize], a slot's chunks following each
 * other. So a row is written in place, and the live chunks of one slot are a slice of the first
 * dimension, which TensorFlow makes without copying: each sequence attends to its own length,
 * whatever slot it has and however long its neighbours are. Behind the last slot lies one chunk of
 * scratch, where the rows that only pad a batch write.
 */
final class KvCache {
    private static final int ZEROS = 1 << 16;

    private record Layer(Variables.Variable<TFloat32> keys, Variables.Variable<TFloat32> values) {}

    /**
     * Keys and values of one layer, as they are after a write; [chunk, keyValueHead, position in
     * chunk, headSize].
     */
    record View(Operand<TFloat32> keys, Operand<TFloat32> values) {
        /**
         * The chunks of one sequence. {@code begin} and {@code size} are [4], see {@link #span}.
         */
        View span(Ops tf, Operand<TInt32> begin, Operand<TInt32> size) {
            return new View(tf.slice(keys, begin, size), tf.slice(values, begin, size));
        }
    }

    /** Where a slice of the first dimension begins, and its size, for all four dimensions. */
    @SuppressWarnings("ArrayRecordComponent") // On its way into a tensor.
    record Span(int[] begin, int[] size) {}

    /** The first chunk of each slot, and that of the scratch behind them. */
    private final int[] firstChunks;

    private final int heads;
    private final int positionsPerChunk;
    private final int headSize;
    private final List<Layer> layers = new ArrayList<>();

    KvCache(Variables variables, LlamaConfig config, ModelSettings settings) {
        this.positionsPerChunk = settings.positionsPerChunk();
        this.firstChunks = firstChunks(settings.slotLengths(), positionsPerChunk);
        this.heads = config.keyValueHeads();
        this.headSize = config.headSize();
        long rows = (firstChunks[scratchSlot()] + 1L) * heads * positionsPerChunk;
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "slots: %d of up to %d positions (expected: at most 2^31 cache rows)"
                            .formatted(scratchSlot(), settings.longestSlot()));
        }
        Shape shape = Shape.of(rows, headSize);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(
                    new Layer(
                            variables.declare(
                                    "kv_cache.%d.keys".formatted(i), shape, KvCache::zero),
                            variables.declare(
                                    "kv_cache.%d.values".formatted(i), shape, KvCache::zero)));
        }
    }

    /**
     * Writes keys and values of one layer in place and returns the cache after it. Attention must
     * read from there: a read of its own would race with the write.
     *
     * @param rows [n * keyValueHeads], see {@link #rows}
     * @param keys [n, keyValueHeads, headSize]
     * @param values [n, keyValueHeads, headSize]
     */
    View write(
            Ops tf,
            int layer,
            Operand<TInt32> rows,
            Operand<TFloat32> keys,
            Operand<TFloat32> values) {
        return new View(
                write(tf, layers.get(layer).keys(), rows, keys),
                write(tf, layers.get(layer).values(), rows, values));
    }

    /**
     * Copies whole chunks in place, in all layers; the operations that do it.
     *
     * @param from [1], the first chunk to copy
     * @param count [1], how many
     * @param to [count], where each goes; none of them is copied itself
     */
    List<Operand<TFloat32>> copy(
            Ops tf, Operand<TInt32> from, Operand<TInt32> count, Operand<TInt32> to) {
        List<Operand<TFloat32>> copies = new ArrayList<>();
        for (Layer layer : layers) {
            copies.add(copy(tf, layer.keys(), from, count, to));
            copies.add(copy(tf, layer.values(), from, count, to));
        }
        return copies;
    }

    /** Both ends of the copy are the variable's own memory: a slice of the first dimension is no copy. */
    private Operand<TFloat32> copy(
            Ops tf,
            Variables.Variable<TFloat32> cache,
            Operand<TInt32> from,
            Operand<TInt32> count,
            Operand<TInt32> to) {
        int width = heads * positionsPerChunk * headSize;
        Operand<TInt32> zero = tf.constant(new int[] {0});
        Operand<TInt32> whole = tf.constant(new int[] {width});
        Operand<TInt32> axis = tf.constant(0);
        Operand<TFloat32> chunks = tf.reshape(cache.read(tf), tf.constant(new int[] {-1, width}));
        Operand<TFloat32> copied =
                tf.slice(
                        chunks,
                        tf.concat(List.of(from, zero), axis),
                        tf.concat(List.of(count, whole), axis));
        return tf.inplaceUpdate(chunks, to, copied);
    }

    private Operand<TFloat32> write(
            Ops tf,
            Variables.Variable<TFloat32> cache,
            Operand<TInt32> rows,
            Operand<TFloat32> fresh) {
        Operand<TFloat32> flat = tf.reshape(fresh, tf.constant(new int[] {-1, headSize}));
        Operand<TFloat32> written = tf.inplaceUpdate(cache.read(tf), rows, flat);
        return tf.reshape(written, tf.constant(new int[] {-1, heads, positionsPerChunk, headSize}));
    }

    /** Puts the cache rows of one position, a row a head, into {@code rows} from {@code offset}. */
    void rows(int slot, int position, int[] rows, int offset) {
        int chunk = firstChunks[slot] + position / positionsPerChunk;
        for (int head = 0; head < heads; head++) {
            rows[offset + head] =
                    (chunk * heads + head) * positionsPerChunk + position % positionsPerChunk;
        }
    }

    /** The chunks that hold the first {@code positions} of {@code slot}. */
    Span span(int slot, int positions) {
        return new Span(
                new int[] {firstChunks[slot], 0, 0, 0},
                new int[] {
                    ceilDiv(positions, positionsPerChunk), heads, positionsPerChunk, headSize
                });
    }

    /** The slot, of one chunk only, for rows that pad a batch. */
    int scratchSlot() {
        return firstChunks.length - 1;
    }

    int keyValueHeads() {
        return heads;
    }

    int headSize() {
        return headSize;
    }

    int positionsPerChunk() {
        return positionsPerChunk;
    }

    private static int[] firstChunks(List<Integer> lengths, int positionsPerChunk) {
        int[] firstChunks = new int[lengths.size() + 1];
        for (int slot = 0; slot < lengths.size(); slot++) {
            firstChunks[slot + 1] =
                    firstChunks[slot] + ceilDiv(lengths.get(slot), positionsPerChunk);
        }
        return firstChunks;
    }

    private static int ceilDiv(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /**
     * Masked positions are still multiplied, by zero, so that they must be finite from the start.
     */
    private static void zero(FloatDataBuffer values) {
        float[] zeros = new float[ZEROS];
        for (long done = 0; done < values.size(); done += ZEROS) {
            values.offset(done).write(zeros, 0, (int) Math.min(ZEROS, values.size() - done));
        }
    }
}
