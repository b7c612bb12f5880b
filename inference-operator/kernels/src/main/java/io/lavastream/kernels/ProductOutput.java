package io.lavastream.kernels;

import static io.lavastream.kernels.PackedRows.DISTANCE;
import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;
import static io.lavastream.kernels.VectorMemory.store;

import java.nio.ByteBuffer;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * What becomes of the sums of a product: they are scaled, get the matrix's epilogue and are written, in one pass. Immutable.
 *
 * <p>One class for each activation, as the JIT compiler then compiles each by itself: all of them together are more than it takes in at once, and
 * what it leaves out makes an object of each vector.
 */
abstract class ProductOutput {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    /** What leaves all it is added to as it is, -0 too. */
    private static final float NOTHING = -0f;

    private final Optional<Object> scales;
    private final Optional<Object> bias;
    private final int columns;
    private final int parts;

    private ProductOutput(PanelMatrix matrix, Epilogue epilogue) {
        scales =
                matrix.format().scaled()
                        ? Optional.of(VectorMemory.of(matrix.scales()))
                        : Optional.empty();
        bias = epilogue.bias().map(VectorMemory::of);
        parts = epilogue.activation().parts();
        columns = matrix.columns() / parts;
    }

    /** @param out [rows, columns / parts of the activation] */
    static ProductOutput of(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
        return switch (epilogue.activation()) {
            case NONE -> new Plain(matrix, epilogue, out);
            case QUICK_GELU -> new QuickGelu(matrix, epilogue, out);
            case SWI_GLU -> new SwiGlu(matrix, epilogue, out);
        };
    }

    /**
     * With the rows of what comes next instead of memory.
     *
     * @throws IllegalArgumentException with a residual
     */
    static ProductOutput of(PanelMatrix matrix, Epilogue epilogue, PackedRows target) {
        if (epilogue.residual().isPresent()) {
            throw new IllegalArgumentException(
                    "before what comes next a residual (expected: none)");
        }
        return switch (epilogue.activation()) {
            case NONE -> new PlainOfRows(matrix, epilogue, target);
            case QUICK_GELU -> new QuickGeluOfRows(matrix, epilogue, target);
            case SWI_GLU -> new SwiGluOfRows(matrix, epilogue, target);
        };
    }

    /**
     * With the parts of rows that come next, of floats that are multiplied with {@code factor}.
     *
     * @throws IllegalArgumentException with a residual
     */
    static ProductOutput of(PanelMatrix matrix, Epilogue epilogue, RowParts target, float factor) {
        return new InParts(matrix, epilogue, target, factor);
    }

    /** Of how many columns of the product one of the result is made. */
    final int parts() {
        return parts;
    }

    /** Panels of one row of the result. */
    final int panels() {
        return columns / WIDTH;
    }

    /**
     * Writes rows {@code first} to {@code last} - 1 of some consecutive panels.
     *
     * @param sums of those rows, [parts, panels, rows, WIDTH]: behind those of the panels, for a gate, those of as many panels of the second half
     */
    abstract void write(float[] sums, int panel, int panels, int first, int last);

    /** Where in the sums the {@code vector}th of a row is, of which each panel has two. */
    static int place(int row, int rows, int vector) {
        return (vector >> 1) * rows * WIDTH + row * WIDTH + (vector & 1) * LANES;
    }

    static int column(int panel, int vector) {
        return panel * WIDTH + vector * LANES;
    }

    /** What sums of some columns are multiplied with. */
    final FloatVector scale(int column) {
        return scales.isPresent() ? of(scales.get(), column) : FloatVector.broadcast(SPECIES, 1);
    }

    /** What is added to them before the activation. */
    final FloatVector bias(int column) {
        return bias.isPresent() ? of(bias.get(), column) : FloatVector.broadcast(SPECIES, NOTHING);
    }

    private static FloatVector of(Object memory, int column) {
        return load(memory, column * Float.BYTES);
    }

    static FloatVector sums(float[] sums, int at) {
        return FloatVector.fromArray(SPECIES, sums, at);
    }

    /** Writes to memory, row by row, as what lies one after the other is read and written faster. */
    private abstract static class InMemory extends ProductOutput {
        private final Object out;
        private final int columns;

        InMemory(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
            super(matrix, epilogue);
            this.out = VectorMemory.of(out);
            columns = panels() * WIDTH;
        }

        final void put(FloatVector values, int at) {
            store(values, out, at);
        }

        final int at(int row, int column) {
            return (row * columns + column) * Float.BYTES;
        }
    }

    /** Puts results where what comes next reads them. */
    private abstract static class InRows extends ProductOutput {
        private final PackedRows target;

        InRows(PanelMatrix matrix, Epilogue epilogue, PackedRows target) {
            super(matrix, epilogue);
            this.target = target;
        }

        /** Where a column of the first of some rows is put, that of the next {@link PackedRows#DISTANCE} further on. */
        final int target(int row, int column) {
            return target.place(row, column);
        }

        final void put(FloatVector values, int at) {
            values.mul(target.factor()).intoArray(target.values(), at);
        }
    }

    /** Puts results where the tile unit reads them, by way of rows that stay in the second-level cache. */
    private static final class InParts extends ProductOutput {
        private static final ThreadLocal<float[]> BETWEEN =
                ThreadLocal.withInitial(() -> new float[0]);

        private final PanelMatrix matrix;
        private final Epilogue epilogue;
        private final RowParts target;
        private final float factor;

        InParts(PanelMatrix matrix, Epilogue epilogue, RowParts target, float factor) {
            super(matrix, epilogue);
            this.matrix = matrix;
            this.epilogue = epilogue;
            this.target = target;
            this.factor = factor;
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            int rows = last - first;
            int begin = panel * WIDTH;
            int end = begin + panels * WIDTH;
            int chunk = begin / PackedRows.CHUNK;
            int chunks = (end - 1) / PackedRows.CHUNK - chunk + 1;
            float[] values = ScratchArray.fit(BETWEEN.get(), chunks * rows * DISTANCE);
            BETWEEN.set(values);
            PackedRows between =
                    new PackedRows(
                            values,
                            -(chunk * rows + first) * DISTANCE,
                            rows,
                            target.depth(),
                            PackedRows.CHUNK,
                            factor);
            of(matrix, epilogue, between).write(sums, panel, panels, first, last);
            target.take(between, first, last, begin, end);
        }
    }

    /** Adds the residual, if there is one. */
    private static final class Plain extends InMemory {
        private final Optional<Object> residual;

        Plain(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
            super(matrix, epilogue, out);
            residual = epilogue.residual().map(VectorMemory::of);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            for (int row = first; row < last; row++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    int from = place(row - first, last - first, i);
                    FloatVector x = sums(sums, from).mul(scale(column)).add(bias(column));
                    int at = at(row, column);
                    put(residual.isPresent() ? x.add(load(residual.get(), at)) : x, at);
                }
            }
        }
    }

    private static final class QuickGelu extends InMemory {
        QuickGelu(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
            super(matrix, epilogue, out);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            for (int row = first; row < last; row++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    int from = place(row - first, last - first, i);
                    FloatVector x = sums(sums, from).mul(scale(column)).add(bias(column));
                    put(VectorMath.quickGelu(x), at(row, column));
                }
            }
        }
    }

    /** Has no bias: to look for it is more than the compiler takes in beside the function. */
    private static final class SwiGlu extends InMemory {
        SwiGlu(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
            super(matrix, epilogue, out);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            for (int row = first; row < last; row++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    int from = place(row - first, last - first, i);
                    FloatVector gate = sums(sums, from).mul(scale(column));
                    int second = place(row - first, last - first, 2 * panels + i);
                    FloatVector up = sums(sums, second).mul(scale(panels() * WIDTH + column));
                    put(VectorMath.silu(gate).mul(up), at(row, column));
                }
            }
        }
    }

    private static final class PlainOfRows extends InRows {
        PlainOfRows(PanelMatrix matrix, Epilogue epilogue, PackedRows target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            int rows = last - first;
            for (int i = 0; i < 2 * panels; i++) {
                int column = column(panel, i);
                int to = target(first, column);
                FloatVector scale = scale(column);
                FloatVector bias = bias(column);
                for (int row = 0; row < rows; row++) {
                    int from = place(row, rows, i);
                    FloatVector x = sums(sums, from).mul(scale).add(bias);
                    put(x, to + row * DISTANCE);
                }
            }
        }
    }

    private static final class QuickGeluOfRows extends InRows {
        QuickGeluOfRows(PanelMatrix matrix, Epilogue epilogue, PackedRows target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            int rows = last - first;
            for (int i = 0; i < 2 * panels; i++) {
                int column = column(panel, i);
                int to = target(first, column);
                FloatVector scale = scale(column);
                FloatVector bias = bias(column);
                for (int row = 0; row < rows; row++) {
                    int from = place(row, rows, i);
                    FloatVector x = sums(sums, from).mul(scale).add(bias);
                    put(VectorMath.quickGelu(x), to + row * DISTANCE);
                }
            }
        }
    }

    private static final class SwiGluOfRows extends InRows {
        SwiGluOfRows(PanelMatrix matrix, Epilogue epilogue, PackedRows target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(float[] sums, int panel, int panels, int first, int last) {
            int rows = last - first;
            for (int i = 0; i < 2 * panels; i++) {
                int column = column(panel, i);
                int to = target(first, column);
                FloatVector scale = scale(column);
                FloatVector upScale = scale(panels() * WIDTH + column);
                for (int row = 0; row < rows; row++) {
                    int from = place(row, rows, i);
                    FloatVector gate = sums(sums, from).mul(scale);
                    FloatVector up = sums(sums, place(row, rows, 2 * panels + i)).mul(upScale);
                    put(VectorMath.silu(gate).mul(up), to + row * DISTANCE);
                }
            }
        }
    }
}
