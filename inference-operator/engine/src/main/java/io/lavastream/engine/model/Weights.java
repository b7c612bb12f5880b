package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;

/**
 * What the model learned, looked up by the checkpoint's own names while the graph is built. A shape
 * that does not fit is refused at once, so that all shapes are checked before any memory is taken.
 * Values are float32, whatever the checkpoint stores.
 */
final class Weights {
    /** One tensor of a stack: its name, and its shape in the checkpoint. */
    record Part(String name, List<Long> shape) {
        static Part of(String name, long... shape) {
            return new Part(name, Arrays.stream(shape).boxed().toList());
        }

        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final Ops tf;
    private final Checkpoint checkpoint;
    private final Variables variables;
    private final Progress progress;
    private final String prefix;
    private final Map<String, Operand<TFloat32>> reads;

    Weights(Ops tf, Checkpoint checkpoint, Variables variables, LoadProgress listener) {
        this(tf, checkpoint, variables, new Progress(listener), "", new HashMap<>());
    }

    private Weights(
            Ops tf,
            Checkpoint checkpoint,
            Variables variables,
            Progress progress,
            String prefix,
            Map<String, Operand<TFloat32>> reads) {
        this.tf = tf;
        this.checkpoint = checkpoint;
        this.variables = variables;
        this.progress = progress;
        this.prefix = prefix;
        this.reads = reads;
    }

    /** The weights whose names begin with {@code prefix}. */
    Weights under(String prefix) {
        return new Weights(tf, checkpoint, variables, progress, this.prefix + prefix, reads);
    }

    /**
     * The tensor {@code name}, which must have {@code shape}.
     *
     * @throws io.lavastream.engine.CheckpointException if it is missing or has another shape
     */
    Operand<TFloat32> get(String name, long... shape) {
        return stacked(Part.of(name, shape));
    }

    /**
     * Several tensors as one, in order along their first dimension: one product with a stack is
     * faster than several.
     */
    Operand<TFloat32> stacked(Part... parts) {
        List<Part> full =
                Stream.of(parts).map(part -> new Part(prefix + part.name(), part.shape())).toList();
        return reads.computeIfAbsent(full.get(0).name(), name -> declare(name, full));
    }

    private Operand<TFloat32> declare(String name, List<Part> parts) {
        for (Part part : parts) {
            progress.expect(checkpoint.requireShape(part.name(), part.shape()));
        }
        return variables.declare(name, shape(parts), values -> read(parts, values)).read(tf);
    }

    private void read(List<Part> parts, FloatDataBuffer target) {
        long first = 0;
        for (Part part : parts) {
            long start = first;
            checkpoint.read(
                    part.name(),
                    (offset, values, count) ->
                            target.offset(start + offset).write(values, 0, count));
            progress.loaded(checkpoint.requireShape(part.name(), part.shape()));
            first += part.elements();
        }
    }

    private static Shape shape(List<Part> parts) {
        long[] dimensions = parts.get(0).shape().stream().mapToLong(Long::longValue).toArray();
        dimensions[0] = parts.stream().mapToLong(part -> part.shape().get(0)).sum();
        return Shape.of(dimensions);
    }

    /** Bytes of the checkpoint's tensors, expected and read; one thread. */
    private static final class Progress {
        private final LoadProgress listener;
        private long total;
        private long loaded;

        Progress(LoadProgress listener) {
            this.listener = listener;
        }

        void expect(long bytes) {
            total += bytes;
        }

        void loaded(long bytes) {
            loaded += bytes;
            listener.loaded(loaded, total);
        }
    }
}
