package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.load;
import static io.lavastream.kernels.VectorMemory.store;

import io.lavastream.kernels.Epilogue.Activation;
import java.nio.ByteBuffer;
import java.util.Optional;
import jdk.incubator.vector.FloatVector;

/**
 * What becomes of the sums of a product: they are scaled, get the matrix's epilogue and are written, in one pass and row by row, as what lies one
 * after the other is read and written faster. Immutable.
 */
final class ProductOutput {
    private static final int WIDTH = PanelTile.WIDTH;
    private static final int LANES = SPECIES.length();

    private final Optional<Object> scales;
    private final Optional<Object> bias;
    private final Activation activation;
    private final Optional<Object> residual;
    private final Object out;
    private final int columns;

    /** @param out [rows, columns / parts of the activation] */
    ProductOutput(PanelMatrix matrix, Epilogue epilogue, ByteBuffer out) {
        scales =
                matrix.format().scaled()
                        ? Optional.of(VectorMemory.of(matrix.scales()))
                        : Optional.empty();
        bias = epilogue.bias().map(VectorMemory::of);
        activation = epilogue.activation();
        residual = epilogue.residual().map(VectorMemory::of);
        this.out = VectorMemory.of(out);
        columns = matrix.columns() / activation.parts();
    }

    /** Panels of one row of the result. */
    int panels() {
        return columns / WIDTH;
    }

    /**
     * Writes rows {@code first} to {@code last} - 1 of some consecutive panels.
     *
     * @param sums [panels, rows, WIDTH]
     * @param ups for a gate, sums of as many panels of the second half; else of no matter
     */
    void write(float[] sums, float[] ups, int panel, int panels, int first, int last) {
        int size = (last - first) * WIDTH;
        for (int row = first; row < last; row++) {
            int from = (row - first) * WIDTH;
            int to = row * columns + panel * WIDTH;
            switch (activation) {
                case NONE -> plain(sums, from, size, panel * WIDTH, 2 * panels, to);
                case QUICK_GELU -> quickGelu(sums, from, size, panel * WIDTH, 2 * panels, to);
                case SWI_GLU -> swiGlu(sums, ups, from, size, panel * WIDTH, 2 * panels, to);
            }
        }
    }

    // One row: two vectors of each panel, from the panel's sums on, which are size apart, to the
    // result's value of that number.

    private void plain(float[] sums, int from, int size, int column, int vectors, int to) {
        for (int i = 0; i < vectors; i++) {
            put(finished(sums, place(from, size, i), column + i * LANES), to + i * LANES);
        }
    }

    private void quickGelu(float[] sums, int from, int size, int column, int vectors, int to) {
        for (int i = 0; i < vectors; i++) {
            FloatVector x = finished(sums, place(from, size, i), column + i * LANES);
            put(VectorMath.quickGelu(x), to + i * LANES);
        }
    }

    private void swiGlu(
            float[] gates, float[] ups, int from, int size, int column, int vectors, int to) {
        for (int i = 0; i < vectors; i++) {
            int at = place(from, size, i);
            FloatVector gate = finished(gates, at, column + i * LANES);
            FloatVector up = finished(ups, at, columns + column + i * LANES);
            put(VectorMath.silu(gate).mul(up), to + i * LANES);
        }
    }

    private FloatVector finished(float[] sums, int at, int column) {
        FloatVector sum = FloatVector.fromArray(SPECIES, sums, at);
        FloatVector scaled =
                scales.isPresent() ? sum.mul(load(scales.get(), column * Float.BYTES)) : sum;
        return bias.isPresent() ? scaled.add(load(bias.get(), column * Float.BYTES)) : scaled;
    }

    private static int place(int from, int size, int vector) {
        return from + (vector >> 1) * size + (vector & 1) * LANES;
    }

    private void put(FloatVector values, int index) {
        int at = index * Float.BYTES;
        store(residual.isPresent() ? values.add(load(residual.get(), at)) : values, out, at);
    }
}
