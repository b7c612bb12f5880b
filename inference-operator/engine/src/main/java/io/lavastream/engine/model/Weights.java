package io.lavastream.engine.model;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.custom.PanelOps;
import io.lavastream.engine.model.layers.Panels;
import io.lavastream.kernels.PanelFormat;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tensorflow.Operand;
import org.tensorflow.RawTensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.ndarray.buffer.ShortDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TUint8;
import org.tensorflow.types.family.TNumber;

/**
 * What the model learned, looked up by the checkpoint's own names while the graph is built. A shape
 * that does not fit is refused at once, so that all shapes are checked before any memory is taken.
 *
 * <p>Matrices are kept as the settings say; the rest, a thousandth of a model, in float32 always.
 */
final class Weights {
    private static final String LANGUAGE_MODEL = "language_model.";

    /** One tensor of a stack: its name, and its shape in the checkpoint. */
    record Part(String name, List<Long> shape) {
        static Part of(String name, long... shape) {
            return new Part(name, Arrays.stream(shape).boxed().toList());
        }

        long elements() {
            return shape.stream().reduce(1L, Math::multiplyExact);
        }
    }

    private final Model model;
    private final String prefix;

    Weights(
            Ops tf,
            Checkpoint checkpoint,
            Variables variables,
            ModelSettings settings,
            LoadProgress listener) {
        this(new Model(tf, checkpoint, variables, settings, new Progress(listener)), "");
    }

    private Weights(Model model, String prefix) {
        this.model = model;
        this.prefix = prefix;
    }

    /** The weights whose names begin with {@code prefix}. */
    Weights under(String prefix) {
        return new Weights(model, this.prefix + prefix);
    }

    /**
     * The tensor {@code name}, which must have {@code shape}.
     *
     * @throws io.lavastream.engine.CheckpointException if it is missing or has another shape
     */
    Operand<TFloat32> get(String name, long... shape) {
        return joined(Part.of(name, shape));
    }

    /** Several tensors as one, in order along their first dimension. */
    Operand<TFloat32> joined(Part... parts) {
        return model.tensor(full(parts));
    }

    /**
     * The matrix {@code name}, [out, in].
     *
     * @throws io.lavastream.engine.CheckpointException if it is missing or has another shape
     */
    Matrix matrix(String name, long out, long in) {
        return stacked(Part.of(name, out, in));
    }

    /** As {@link #matrix}, kept so that its rows can be looked up. */
    EmbeddingMatrix embedding(String name, long out, long in) {
        return model.embedding(full(Part.of(name, out, in)));
    }

    /** Several matrices as one, in order: one product with a stack is faster than several. */
    Matrix stacked(Part... parts) {
        return model.matrix(full(parts));
    }

    private List<Part> full(Part... parts) {
        return Stream.of(parts).map(part -> new Part(prefix + part.name(), part.shape())).toList();
    }

    /** What has been asked for so far, each tensor declared once, however many signatures use it. */
    private static final class Model {
        private final Ops tf;
        private final Checkpoint checkpoint;
        private final Variables variables;
        private final WeightType type;
        private final MatrixLayout layout;
        private final GraphForms forms;
        private final boolean byVectors;
        private final int threads;
        private final Progress progress;
        private final Map<String, Operand<TFloat32>> tensors = new HashMap<>();
        private final Map<String, Matrix> matrices = new HashMap<>();

        Model(
                Ops tf,
                Checkpoint checkpoint,
                Variables variables,
                ModelSettings settings,
                Progress progress) {
            this.tf = tf;
            this.checkpoint = checkpoint;
            this.variables = variables;
            this.type = settings.weights();
            this.layout = settings.layout();
            this.forms = settings.forms();
            this.byVectors = settings.computesByVectors();
            this.threads = settings.threads();
            this.progress = progress;
        }

        Operand<TFloat32> tensor(List<Part> parts) {
            return tensors.computeIfAbsent(
                    parts.get(0).name(),
                    name -> {
                        expect(parts);
                        return floats(name, parts);
                    });
        }

        Matrix matrix(List<Part> parts) {
            return matrices.computeIfAbsent(
                    parts.get(0).name(), name -> declareMatrix(name, parts));
        }

        EmbeddingMatrix embedding(List<Part> parts) {
            return declareEmbedding(parts.get(0).name(), parts);
        }

        private Matrix declareMatrix(String name, List<Part> parts) {
            WeightType kept = kept(name);
            Optional<PanelFormat> format = vectorFormat(parts, kept);
            if (format.isPresent()) {
                return forVectors(name, parts, format.get());
            }
            if (kept == WeightType.INT8) {
                return quantized(name, parts);
            }
            boolean transposed =
                    forms == GraphForms.CPU
                            && layout != MatrixLayout.OUT_IN
                            && kept == WeightType.F32;
            return transposed ? transposed(name, parts) : declareEmbedding(name, parts);
        }

        /** Where the JVM's vectors multiply. */
        private Optional<PanelFormat> vectorFormat(List<Part> parts, WeightType kept) {
            PanelFormat format = MatrixLayout.panelFormat(kept);
            Shape shape = shape(parts);
            boolean fits = byVectors && PanelOps.takes(format, shape.get(0), shape.get(1));
            return fits ? Optional.of(format) : Optional.empty();
        }

        /** Columns of a panel; all of them where the matrix is not cut: those of vision are always multiplied with many rows. */
        private long panelWidth(String name, long out) {
            boolean cut =
                    layout == MatrixLayout.PANELS
                            && name.startsWith(LANGUAGE_MODEL)
                            && out % Panels.WIDTH == 0;
            return cut ? Panels.WIDTH : out;
        }

        private EmbeddingMatrix declareEmbedding(String name, List<Part> parts) {
            expect(parts);
            return switch (kept(name)) {
                case F32 -> ofFloats(floats(name, parts));
                case FP16 -> halves(name, parts, TFloat16.class, TensorType.F16);
                case BF16 -> halves(name, parts, TBfloat16.class, TensorType.BF16);
                case INT8 -> throw new IllegalStateException(name + ": rows of an int8 matrix");
            };
        }

        private WeightType kept(String name) {
            return forms.kept(name, KeptType.of(name, 2, checkpoint.type(name), type));
        }

        private EmbeddingMatrix ofFloats(Operand<TFloat32> values) {
            return forms == GraphForms.GPU
                    ? new DirectMatrix<>(tf, values)
                    : new EmbeddingMatrix.Float32(tf, values);
        }

        private Matrix transposed(String name, List<Part> parts) {
            expect(parts);
            long out = shape(parts).get(0);
            long in = shape(parts).get(1);
            long width = panelWidth(name, out);
            return width == out
                    ? new Matrix.InOut(tf, transposed(name, parts, Shape.of(in, out)))
                    : new Matrix.InPanels(
                            tf, transposed(name, parts, Shape.of(out / width, in, width)));
        }

        /** @param shape [panels,] in, columns of a panel */
        private Operand<TFloat32> transposed(String name, List<Part> parts, Shape shape) {
            long panelWidth = shape.get(shape.numDimensions() - 1);
            return variables
                    .declare(name, shape, values -> readTransposed(parts, panelWidth, values))
                    .read(tf);
        }

        /** The scales are known once the matrix is read, so they are declared, and filled, after it. */
        private Matrix forVectors(String name, List<Part> parts, PanelFormat format) {
            expect(parts);
            Shape shape = shape(parts);
            int out = Math.toIntExact(shape.get(0));
            float[] scales = new float[out];
            Operand<? extends TNumber> panels =
                    variables
                            .declare(
                                    name,
                                    PanelOps.type(format),
                                    PanelOps.shape(format, out, shape.get(1)),
                                    value -> readPanels(parts, format, value, scales))
                            .read(tf);
            Optional<Operand<TFloat32>> rowScales =
                    format.scaled() ? Optional.of(scales(name, scales)) : Optional.empty();
            return new Matrix.ForVectors(
                    tf, new PanelOps.Weights(format, panels, rowScales), out, threads);
        }

        private Operand<TFloat32> scales(String matrix, float[] scales) {
            return variables
                    .declare(
                            matrix + ".scales",
                            Shape.of(scales.length),
                            values -> values.write(scales))
                    .read(tf);
        }

        /** As {@link #forVectors}, in the order of checkpoints. */
        private Matrix quantized(String name, List<Part> parts) {
            expect(parts);
            Shape shape = shape(parts);
            float[] scales = new float[Math.toIntExact(shape.get(0))];
            Operand<TUint8> levels =
                    variables
                            .declare(
                                    name,
                                    TUint8.class,
                                    shape,
                                    value -> readQuantized(parts, value, scales))
                            .read(tf);
            return new Int8Matrix(tf, levels, scales(name, scales), shape.get(0), shape.get(1));
        }

        private Operand<TFloat32> floats(String name, List<Part> parts) {
            return variables
                    .declare(name, shape(parts), values -> readFloats(parts, values))
                    .read(tf);
        }

        private <T extends TNumber> EmbeddingMatrix halves(
                String name, List<Part> parts, Class<T> kept, TensorType bits) {
            Shape shape = shape(parts);
            Operand<T> values =
                    variables
                            .declare(name, kept, shape, value -> readBits(parts, bits, value))
                            .read(tf);
            return forms == GraphForms.GPU
                    ? new DirectMatrix<>(tf, values)
                    : new HalfMatrix<>(tf, values, shape.get(0), shape.get(1));
        }

        private void expect(List<Part> parts) {
            for (Part part : parts) {
                progress.expect(checkpoint.requireShape(part.name(), part.shape()));
            }
        }

        private void readFloats(List<Part> parts, FloatDataBuffer target) {
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

        private void readTransposed(List<Part> parts, long panelWidth, FloatDataBuffer target) {
            long firstColumn = 0;
            for (Part part : parts) {
                checkpoint.read(
                        part.name(),
                        new TransposingSink(
                                target,
                                panelWidth,
                                firstColumn,
                                Math.toIntExact(part.shape().get(1))));
                progress.loaded(checkpoint.requireShape(part.name(), part.shape()));
                firstColumn += part.shape().get(0);
            }
        }

        private void readPanels(
                List<Part> parts, PanelFormat format, RawTensor panels, float[] scales) {
            int columns = Math.toIntExact(parts.get(0).shape().get(1));
            PanelSink sink = new PanelSink(format, panels.data(), scales, columns);
            for (Part part : parts) {
                try {
                    checkpoint.read(part.name(), sink);
                } catch (IllegalArgumentException e) {
                    throw new CheckpointException(
                            "%s: tensor %s: %s"
                                    .formatted(
                                            checkpoint.directory(), part.name(), e.getMessage()));
                }
                progress.loaded(checkpoint.requireShape(part.name(), part.shape()));
            }
        }

        private void readQuantized(List<Part> parts, RawTensor levels, float[] scales) {
            int firstRow = 0;
            for (Part part : parts) {
                checkpoint.read(
                        part.name(),
                        new RowQuantizer(
                                levels.data(),
                                scales,
                                firstRow,
                                Math.toIntExact(part.shape().get(1))));
                progress.loaded(checkpoint.requireShape(part.name(), part.shape()));
                firstRow += Math.toIntExact(part.shape().get(0));
            }
        }

        private void readBits(List<Part> parts, TensorType bits, RawTensor value) {
            ShortDataBuffer target = value.data().asShorts();
            long first = 0;
            for (Part part : parts) {
                long start = first;
                checkpoint.read(
                        part.name(),
                        bits,
                        (offset, values, count) -> {
                            requireFinite(part.name(), bits, values, count);
                            target.offset(start + offset).write(values, 0, count);
                        });
                progress.loaded(checkpoint.requireShape(part.name(), part.shape()));
                first += part.elements();
            }
        }

        /** Binary16 ends at 65504, where other types go on. */
        private void requireFinite(String name, TensorType bits, short[] values, int count) {
            if (bits != TensorType.F16 || checkpoint.type(name) == TensorType.F16) {
                return;
            }
            for (int i = 0; i < count; i++) {
                if ((values[i] & 0x7c00) == 0x7c00) {
                    throw new CheckpointException(
                            "%s: tensor %s: a value beyond 65504 (expected: none with weights fp16)"
                                    .formatted(checkpoint.directory(), name));
                }
            }
        }

        private static Shape shape(List<Part> parts) {
            long[] dimensions = parts.get(0).shape().stream().mapToLong(Long::longValue).toArray();
            dimensions[0] = parts.stream().mapToLong(part -> part.shape().get(0)).sum();
            return Shape.of(dimensions);
        }
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
