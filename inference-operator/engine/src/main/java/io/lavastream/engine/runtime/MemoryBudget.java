package io.lavastream.engine.runtime;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.GraphForms;
import io.lavastream.engine.model.KeptType;
import io.lavastream.engine.model.ModelSettings;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * What a model will take of a machine's memory, worked out from its configuration before any of it is taken.
 *
 * @param weights bytes of the tensors that are loaded
 * @param slot bytes of one slot of the KV cache
 * @param longCount how many long slots there are
 * @param longSlots bytes of all of them
 * @param temporary bytes that the largest computation holds at once, beside those
 * @param gathered bytes that a decode step gathers, for each slot of either length
 * @param process bytes of the JVM and its libraries
 * @param heap of those, bytes of the JVM's heap
 */
record MemoryBudget(
        long weights,
        long slot,
        int longCount,
        long longSlots,
        long temporary,
        long gathered,
        long process,
        long heap) {
    /** Library code, metaspace, thread stacks and TensorFlow's graph; measured, rounded up. */
    private static final long LIBRARIES = 640L << 20;

    /**
     * Outside the JVM's heap, where a GPU holds the model: libraries of TensorFlow and CUDA, what the driver maps, and weights on
     * their way. Not measured.
     */
    static final long NATIVE_BESIDE_GPU = 4L << 30;

    /** How many copies of its widest intermediate value a layer holds while it computes. */
    private static final int COPIES = 4;

    /**
     * @param stored type of a tensor in the checkpoint, by name
     * @param settings with at least as many slots as will be asked about
     * @param heap bytes that the JVM's heap grows to
     */
    static MemoryBudget of(
            LlavaConfig model,
            Function<String, TensorType> stored,
            ModelSettings settings,
            long heap) {
        return new MemoryBudget(
                weights(model, stored, settings),
                settings.slotLength() * bytesPerPosition(model.text(), settings),
                settings.longSlots().count(),
                (long) settings.longSlots().count()
                        * settings.longSlots().length()
                        * bytesPerPosition(model.text(), settings),
                temporary(model, settings),
                gathered(model.text(), settings),
                heap + LIBRARIES,
                heap);
    }

    /** Bytes with so many slots. */
    long bytes(int slots) {
        return weights + temporaries(slots) + process + cache(slots);
    }

    /** Likewise, without the JVM's heap. */
    long nativeBytes(int slots) {
        return bytes(slots) - heap;
    }

    /** How many slots fit {@code available} bytes; none, if not even the rest does. */
    int slotsWithin(long available) {
        long left = available - bytes(0);
        return left < 0 ? 0 : (int) Math.min(Integer.MAX_VALUE, left / (slot + gathered));
    }

    /** In GiB, part by part. */
    String describe(int slots) {
        return "weights %.1f GiB, cache %.1f, temporaries %.1f, JVM %.1f"
                .formatted(
                        gibibytes(weights),
                        gibibytes(cache(slots)),
                        gibibytes(temporaries(slots)),
                        gibibytes(process));
    }

    private long cache(int slots) {
        return slots * slot + longSlots;
    }

    private long temporaries(int slots) {
        return temporary + (slots + longCount) * gathered;
    }

    static double gibibytes(long bytes) {
        return bytes / (double) (1L << 30);
    }

    /** A key and a value, a layer and head. */
    static long bytesPerPosition(LlamaConfig text, ModelSettings settings) {
        int bytes = settings.forms().cache(settings.weights()).bytes();
        return 2L * bytes * text.layers() * text.keyValueHeads() * text.headSize();
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
        WeightType usual =
                KeptType.of(name, tensor.shape().size(), stored.apply(name), settings.weights());
        return tensor.elements() * settings.forms().kept(name, usual).bytes();
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

    /** Keys and values of one layer, at the length of the longest slot, as a decode step gathers them of each; see GatheredAttention. */
    private static long gathered(LlamaConfig text, ModelSettings settings) {
        return settings.forms() == GraphForms.CPU
                ? 0
                : settings.longestSlot() * bytesPerPosition(text, settings) / text.layers();
    }
}
