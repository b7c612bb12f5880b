package io.lavastream.engine.runtime;

import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.KeptType;
import io.lavastream.engine.model.ModelSettings;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * What a model will take of a machine's memory, worked out from its configuration before any of it is taken.
 *
 * @param weights bytes of the tensors that are loaded
 * @param slot bytes of one slot of the KV cache
 * @param longSlots bytes of all long slots
 * @param temporary bytes that the largest computation holds at once, beside those
 * @param process bytes of the JVM and its libraries
 * @param heap of those, bytes of the JVM's heap
 */
record MemoryBudget(
        long weights, long slot, long longSlots, long temporary, long process, long heap) {
    /** Library code, metaspace, thread stacks and TensorFlow's graph; measured, rounded up. */
    private static final long LIBRARIES = 640L << 20;

    /** How many copies of its widest intermediate value a layer holds while it computes. */
    private static final int COPIES = 4;

    /**
     * @param stored type of a tensor in the checkpoint, by name
     * @param settings whose number of slots does not matter
     * @param heap bytes that the JVM's heap grows to
     */
    static MemoryBudget of(
            LlavaConfig model,
            Function<String, TensorType> stored,
            ModelSettings settings,
            long heap) {
        return new MemoryBudget(
                weights(model, stored, settings),
                settings.slotLength() * bytesPerPosition(model.text()),
                (long) settings.longSlots().count()
                        * settings.longSlots().length()
                        * bytesPerPosition(model.text()),
                temporary(model, settings),
                heap + LIBRARIES,
                heap);
    }

    /** Bytes with so many slots. */
    long bytes(int slots) {
        return weights + temporary + process + cache(slots);
    }

    /** Likewise, without the JVM's heap. */
    long nativeBytes(int slots) {
        return bytes(slots) - heap;
    }

    /** How many slots fit {@code available} bytes; none, if not even the rest does. */
    int slotsWithin(long available) {
        long left = available - bytes(0);
        return left < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, left / slot);
    }

    /** In GiB, part by part. */
    String describe(int slots) {
        return "weights %.1f GiB, cache %.1f, temporaries %.1f, JVM %.1f"
                .formatted(
                        gibibytes(weights),
                        gibibytes(cache(slots)),
                        gibibytes(temporary),
                        gibibytes(process));
    }

    private long cache(int slots) {
        return slots * slot + longSlots;
    }

    static double gibibytes(long bytes) {
        return bytes / (double) (1L << 30);
    }

    /** A key and a value in float32, a layer and head. */
    static long bytesPerPosition(LlamaConfig text) {
        return 2L * Float.BYTES * text.layers() * text.keyValueHeads() * text.headSize();
    }

    private static long weights(
            LlavaConfig model, Function<String, TensorType> stored, ModelSettings settings) {
        return ModelTensors.used(model).stream()
                .mapToLong(tensor -> bytes(tensor, stored, settings))
                .sum();
    }

    private static long bytes(
            TensorShape tensor, Function<String, TensorType> stored, ModelSettings settings) {
        String name = tensor.name();
        return tensor.elements()
                * KeptType.of(name, tensor.shape().size(), stored.apply(name), settings.weights())
                        .bytes();
    }

    private static long temporary(LlavaConfig model, ModelSettings settings) {
        LlamaConfig text = model.text();
        ClipVisionConfig vision = model.vision();
        long chunk = settings.maxChunk();
        long patches = vision.patches() + 1L;
        long widest =
                LongStream.of(
                                chunk * 2 * text.intermediateSize(),
                                chunk * settings.longestSlot() * text.heads(),
                                (long) settings.slotLengths().size() * text.vocabularySize(),
                                patches * vision.intermediateSize(),
                                patches * patches * vision.heads())
                        .max()
                        .orElseThrow();
        return COPIES * widest * Float.BYTES;
    }
}
