package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;
import static io.lavastream.kernels.VectorMemory.store;

import java.nio.ByteBuffer;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * What becomes of the sums of a product: they are scaled, get the matrix's epilogue and are written; to memory in one pass and row by row, as
 * what lies one after the other is read and written faster. Immutable.
 *
 * <p>One class for each activation, as the JIT compiler then compiles each by itself: all of them together are more than it takes in at once, and
 * what it leaves out makes an object of each vector.
 */
abstract class ProductOutput {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

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
    static ProductOutput of(PanelMatrix matrix, Epilogue epilogue, RowTarget target) {
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

    /** Of how many columns of the product one of the result is made. */
    final int parts() {
        return parts;
    }

    /** Panels of one row of the result. */
    final int panels() {
        return columns / WIDTH;
    }

    /** How many rows from {@code row} on, of those before {@code last}, are written by one call. */
    int rowsAtOnce(int row, int last) {
        return last - row;
    }

    /**
     * Writes {@code count} rows of some consecutive panels from {@code row} on.
     *
     * @param sums of rows {@code first} to {@code last} - 1, [panels, rows, WIDTH]
     * @param ups for a gate, sums of as many panels of the second half; else of no matter
     * @param lines room for so many rows of a tile, which are left there for {@link #put}
     */
    abstract void write(
            float[] sums,
            float[] ups,
            float[] lines,
            int panel,
            int panels,
            int row,
            int count,
            int first,
            int last);

    /** To be called behind that, as a call of its own, with what it wrote to {@code lines}: both together are more than the JIT compiler takes in at once. */
    void put(float[] lines, int panel, int panels, int row, int count) {}

    /** Where in the sums the {@code vector}th of a row is, of which each panel has two. */
    static int place(int row, int rows, int vector) {
        return (vector >> 1) * rows * WIDTH + row * WIDTH + (vector & 1) * LANES;
    }

    static int column(int panel, int vector) {
        return panel * WIDTH + vector * LANES;
    }

    /** Some sums times their scales. */
    final FloatVector scaled(float[] sums, int at, int column) {
        FloatVector sum = FloatVector.fromArray(SPECIES, sums, at);
        return scales.isPresent() ? sum.mul(load(scales.get(), column * Float.BYTES)) : sum;
    }

    /** What has become of some sums before the activation. */
    final FloatVector finished(float[] sums, int at, int column) {
        FloatVector scaled = scaled(sums, at, column);
        return bias.isPresent() ? scaled.add(load(bias.get(), column * Float.BYTES)) : scaled;
    }

    /** Writes to memory. */
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

    /** Puts results where a next product reads them, those of a tile of its rows at a time. */
    private abstract static class InRows extends ProductOutput {
        private final RowTarget target;

        InRows(PanelMatrix matrix, Epilogue epilogue, RowTarget target) {
            super(matrix, epilogue);
            this.target = target;
        }

        @Override
        final int rowsAtOnce(int row, int last) {
            return target.rowsOfTile(row, last);
        }

        @Override
        final void put(float[] lines, int panel, int panels, int row, int count) {
            target.put(row, count, panel * WIDTH, lines, panels * WIDTH);
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
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    FloatVector x = finished(sums, place(r - first, last - first, i), column);
                    int at = at(r, column);
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
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    FloatVector x = finished(sums, place(r - first, last - first, i), column);
                    put(VectorMath.quickGelu(x), at(r, column));
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
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    int at = place(r - first, last - first, i);
                    FloatVector gate = scaled(sums, at, column);
                    FloatVector up = scaled(ups, at, panels() * WIDTH + column);
                    put(VectorMath.silu(gate).mul(up), at(r, column));
                }
            }
        }
    }

    private static final class PlainOfRows extends InRows {
        PlainOfRows(PanelMatrix matrix, Epilogue epilogue, RowTarget target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            int to = 0;
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int at = place(r - first, last - first, i);
                    finished(sums, at, column(panel, i)).intoArray(lines, to);
                    to += LANES;
                }
            }
        }
    }

    private static final class QuickGeluOfRows extends InRows {
        QuickGeluOfRows(PanelMatrix matrix, Epilogue epilogue, RowTarget target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            int to = 0;
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int at = place(r - first, last - first, i);
                    FloatVector x = finished(sums, at, column(panel, i));
                    VectorMath.quickGelu(x).intoArray(lines, to);
                    to += LANES;
                }
            }
        }
    }

    private static final class SwiGluOfRows extends InRows {
        SwiGluOfRows(PanelMatrix matrix, Epilogue epilogue, RowTarget target) {
            super(matrix, epilogue, target);
        }

        @Override
        void write(
                float[] sums,
                float[] ups,
                float[] lines,
                int panel,
                int panels,
                int row,
                int count,
                int first,
                int last) {
            int to = 0;
            for (int r = row; r < row + count; r++) {
                for (int i = 0; i < 2 * panels; i++) {
                    int column = column(panel, i);
                    int at = place(r - first, last - first, i);
                    FloatVector gate = scaled(sums, at, column);
                    FloatVector up = scaled(ups, at, panels() * WIDTH + column);
                    VectorMath.silu(gate).mul(up).intoArray(lines, to);
                    to += LANES;
                }
            }
        }
    }
}
