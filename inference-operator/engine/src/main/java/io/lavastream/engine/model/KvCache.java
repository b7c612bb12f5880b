package io.lavastream.engine.model;

import static io.lavastream.engine.model.layers.Precision.as;

import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.model.custom.VectorOps;
import io.lavastream.kernels.PagedCache;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Op;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * Keys and values of every position that the running sequences have seen: one variable of keys and
 * one of values a layer.
 *
 * <p>Layout [chunk, keyValueHead, position in chunk, headSize]. So a row is written in place, and the chunks that a decode step reads
 * are a slice of the first dimension, which TensorFlow makes without copying, where they lie in front: {@link #toFront} tells what
 * must change places for that: a sequence's chunks when it begins to decode, then one every so many steps. Behind the chunks of all
 * slots lies one of scratch, where the rows that only pad a batch write.
 */
final class KvCache {
    private static final int ZEROS = 1 << 16;

    private record Layer<T extends TNumber>(
            Variables.Variable<T> keys, Variables.Variable<T> values) {}

    /**
     * Keys and values of one layer, as they are after a write; [chunk, keyValueHead, position in
     * chunk, headSize].
     */
    record View<T extends TNumber>(Operand<T> keys, Operand<T> values) {}

    private final ChunkMap chunks;
    private final int heads;
    private final int positionsPerChunk;
    private final int headSize;
    private final boolean inPages;
    private final List<Layer<?>> layers = new ArrayList<>();

    KvCache(Variables variables, LlamaConfig config, ModelSettings settings) {
        this.positionsPerChunk = settings.positionsPerChunk();
        this.chunks =
                new ChunkMap(settings.slotLengths().stream().mapToInt(this::chunksOf).toArray());
        this.heads = config.keyValueHeads();
        this.headSize = config.headSize();
        long rows = (chunks.count() + 1L) * heads * positionsPerChunk;
        if (rows > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "slots: %d of up to %d positions (expected: at most 2^31 cache rows)"
                            .formatted(settings.slotLengths().size(), settings.longestSlot()));
        }
        inPages = settings.computesByVectors() && suitsVectors();
        Shape shape = Shape.of(rows, headSize);
        for (int i = 0; i < config.layers(); i++) {
            layers.add(layer(variables, i, shape, settings));
        }
    }

    private static Layer<?> layer(
            Variables variables, int layer, Shape shape, ModelSettings settings) {
        if (settings.forms() == GraphForms.CPU) {
            return layer(layer, name -> variables.declare(name, shape, KvCache::zero));
        }
        return switch (settings.forms().cache(settings.weights())) {
            case FP16 -> layer(layer, name -> variables.declareZeros(name, TFloat16.class, shape));
            case BF16 -> layer(layer, name -> variables.declareZeros(name, TBfloat16.class, shape));
            default -> layer(layer, name -> variables.declareZeros(name, TFloat32.class, shape));
        };
    }

    private static <T extends TNumber> Layer<T> layer(
            int layer, Function<String, Variables.Variable<T>> declare) {
        return new Layer<>(
                declare.apply("kv_cache.%d.keys".formatted(layer)),
                declare.apply("kv_cache.%d.values".formatted(layer)));
    }

    /**
     * The cache of one layer for attention that writes there itself, in the order of a {@link PagedCache}: keys are [chunk, keyValueHead,
     * headSize, position in chunk], values have the last two the other way round. Of a cache that is kept so, all that reads it takes it
     * so.
     */
    VectorOps.Cache pages(Ops tf, int layer) {
        Layer<?> variables = layers.get(layer);
        return new VectorOps.Cache(
                pages(tf, variables.keys(), headSize, positionsPerChunk),
                pages(tf, variables.values(), positionsPerChunk, headSize));
    }

    private <T extends TNumber> Operand<TFloat32> pages(
            Ops tf, Variables.Variable<T> cache, int rows, int columns) {
        return tf.reshape(
                as(tf, cache.read(tf), TFloat32.class),
                tf.constant(new int[] {-1, heads, rows, columns}));
    }

    /**
     * Writes keys and values of one layer in place and returns the cache after it. Attention must
     * read from there: a read of its own would race with the write.
     *
     * @param rows [n * keyValueHeads], see {@link #rows}
     * @param keys [n, keyValueHeads, headSize]
     * @param values [n, keyValueHeads, headSize]
     */
    View<?> write(
            Ops tf,
            int layer,
            Operand<TInt32> rows,
            Operand<TFloat32> keys,
            Operand<TFloat32> values) {
        return write(tf, layers.get(layer), rows, keys, values);
    }

    private <T extends TNumber> View<T> write(
            Ops tf,
            Layer<T> layer,
            Operand<TInt32> rows,
            Operand<TFloat32> keys,
            Operand<TFloat32> values) {
        return new View<>(
                write(tf, layer.keys(), rows, keys), write(tf, layer.values(), rows, values));
    }

    /**
     * Copies whole chunks in place, in all layers, as if all at once; the operations that do it. They run layer by layer, so that no
     * more than one layer's copies are in memory on their way.
     *
     * @param from [chunks], where each lies
     * @param to [chunks], where each goes
     */
    List<Operand<?>> copy(Ops tf, Operand<TInt32> from, Operand<TInt32> to) {
        List<Operand<?>> copies = new ArrayList<>();
        for (Layer<?> layer : layers) {
            copies.add(copy(afterLast(tf, copies), layer.keys(), from, to));
            copies.add(copy(afterLast(tf, copies), layer.values(), from, to));
        }
        return copies;
    }

    private static Ops afterLast(Ops tf, List<Operand<?>> operations) {
        return operations.isEmpty()
                ? tf
                : tf.withControlDependencies(List.<Op>of(operations.get(operations.size() - 1)));
    }

    private <T extends TNumber> Operand<T> copy(
            Ops tf, Variables.Variable<T> cache, Operand<TInt32> from, Operand<TInt32> to) {
        int width = heads * positionsPerChunk * headSize;
        Operand<T> all = tf.reshape(cache.read(tf), tf.constant(new int[] {-1, width}));
        return tf.inplaceUpdate(all, to, tf.gather(all, from, tf.constant(0)));
    }

    /**
     * What {@link #gather} takes, the same in every layer.
     *
     * @param chunks [..., chunks], where they lie
     * @return [..., keyValueHeads, chunks], each of one chunk and one head
     */
    Operand<TInt32> pieces(Ops tf, Operand<TInt32> chunks) {
        int[] byHead = new int[heads];
        Arrays.setAll(byHead, head -> head);
        Operand<TInt32> firsts = tf.math.mul(chunks, tf.constant(heads));
        return tf.math.add(
                tf.expandDims(firsts, tf.constant(-2)),
                tf.reshape(tf.constant(byHead), tf.constant(new int[] {heads, 1})));
    }

    /**
     * Copies of chunks, head before chunk, as products take them.
     *
     * @param cached keys or values of a {@link View}
     * @param pieces [..., keyValueHeads, chunks], see {@link #pieces}
     * @return [..., keyValueHeads, chunks, positions in chunk * headSize]
     */
    <T extends TNumber> Operand<T> gather(Ops tf, Operand<T> cached, Operand<TInt32> pieces) {
        int piece = positionsPerChunk * headSize;
        Operand<T> flat = tf.reshape(cached, tf.constant(new int[] {-1, piece}));
        return tf.gather(flat, pieces, tf.constant(0));
    }

    private <T extends TNumber> Operand<T> write(
            Ops tf, Variables.Variable<T> cache, Operand<TInt32> rows, Operand<TFloat32> fresh) {
        Operand<TFloat32> flat = tf.reshape(fresh, tf.constant(new int[] {-1, headSize}));
        Operand<T> written = tf.inplaceUpdate(cache.read(tf), rows, as(tf, flat, cache.type()));
        return tf.reshape(written, tf.constant(new int[] {-1, heads, positionsPerChunk, headSize}));
    }

    /** Puts the cache rows of one position, a row a head, into {@code rows} from {@code offset}. */
    void rows(int slot, int position, int[] rows, int offset) {
        rowsOf(
                chunks.place(slot, position / positionsPerChunk),
                position % positionsPerChunk,
                rows,
                offset);
    }

    /** As {@link #rows}, of scratch. */
    void scratchRows(int[] rows, int offset) {
        rowsOf(scratch(), 0, rows, offset);
    }

    private void rowsOf(int chunk, int position, int[] rows, int offset) {
        for (int head = 0; head < heads; head++) {
            rows[offset + head] = (chunk * heads + head) * positionsPerChunk + position;
        }
    }

    /** Where the chunks lie that hold the first {@code positions} of {@code slot}. */
    int[] places(int slot, int positions) {
        return chunks.places(slot, chunksOf(positions));
    }

    /** Where the chunk lies that holds nothing. */
    int scratch() {
        return chunks.count();
    }

    /**
     * What has to change places before a decode step of {@code slots} that reads one slice.
     *
     * @param positions [slots], the last one of each
     */
    List<ChunkMap.Exchange> toFront(int[] slots, int[] positions) {
        return chunks.toFront(
                slots, Arrays.stream(positions).map(last -> chunksOf(last + 1)).toArray());
    }

    /** Tells that chunks have changed places in all layers. */
    void exchanged(List<ChunkMap.Exchange> exchanges) {
        chunks.exchanged(exchanges);
    }

    /** Whether it is kept in pages for the JVM's vectors: where the model is for them, in tensors that a buffer of the JVM holds. */
    boolean isInPages() {
        return inPages;
    }

    private boolean suitsVectors() {
        long bytes = (chunks.count() + 1L) * heads * positionsPerChunk * headSize * Float.BYTES;
        return PagedCache.takes(positionsPerChunk, headSize) && bytes <= Integer.MAX_VALUE;
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

    /** How many chunks hold so many positions. */
    int chunksOf(int positions) {
        return (positions + positionsPerChunk - 1) / positionsPerChunk;
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
