package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;

/**
 * A weight with its LoRA adapter merged (arXiv 2106.09685): {@code W + scale * B * A}, as float32.
 * Only A and B are held while it is read, never a second W.
 *
 * @param base W, [out, in]
 * @param a A, [rank, in]
 * @param b B, [out, rank]
 * @param scale alpha / rank
 */
record LoraTensor(TensorSource base, TensorSource a, TensorSource b, double scale)
        implements TensorSource {
    /**
     * A merged weight whose shapes fit.
     *
     * @throws CheckpointException if they do not
     */
    static LoraTensor of(TensorSource base, TensorSource a, TensorSource b, LoraConfig config) {
        if (base.shape().size() != 2) {
            throw refused(base, "a matrix");
        }
        long rank = config.rank();
        List<Long> shapeOfA = List.of(rank, base.shape().get(1));
        if (!a.shape().equals(shapeOfA)) {
            throw refused(a, shapeOfA + " by adapter_config.json and the base");
        }
        List<Long> shapeOfB = List.of(base.shape().get(0), rank);
        if (!b.shape().equals(shapeOfB)) {
            throw refused(b, shapeOfB + " by adapter_config.json and the base");
        }
        return new LoraTensor(base, a, b, config.scale());
    }

    @Override
    public Path file() {
        return base.file();
    }

    @Override
    public String name() {
        return base.name();
    }

    @Override
    public List<Long> shape() {
        return base.shape();
    }

    @Override
    public long bytes() {
        return base.bytes() + a.bytes() + b.bytes();
    }

    @Override
    public void read(FloatSink sink) {
        Product product = new Product(values(a), values(b), Math.toIntExact(shape().get(1)), scale);
        base.read(
                (offset, values, count) -> {
                    product.addTo(offset, values, count);
                    sink.accept(offset, values, count);
                });
    }

    private static float[] values(TensorSource source) {
        long elements = source.shape().stream().reduce(1L, Math::multiplyExact);
        float[] values = new float[Math.toIntExact(elements)];
        source.read(
                (offset, piece, count) ->
                        System.arraycopy(piece, 0, values, Math.toIntExact(offset), count));
        return values;
    }

    private static CheckpointException refused(TensorSource tensor, String expected) {
        return new CheckpointException(
                "%s: tensor %s: shape %s (expected: %s)"
                        .formatted(tensor.file(), tensor.name(), tensor.shape(), expected));
    }

    /** B * A, computed where it is needed; sums are kept in double. */
    private static final class Product {
        private final float[] a;
        private final float[] b;
        private final int columns;
        private final int rank;
        private final double scale;

        Product(float[] a, float[] b, int columns, double scale) {
            this.a = a;
            this.b = b;
            this.columns = columns;
            this.rank = a.length / columns;
            this.scale = scale;
        }

        /**
         * Adds the product's {@code count} elements from {@code offset} on, in C order. Rows are
         * shared out to all cores: a 7B model with rank 128 has 800 billion multiplications.
         */
        void addTo(long offset, float[] values, int count) {
            LongStream.rangeClosed(offset / columns, (offset + count - 1) / columns)
                    .parallel()
                    .forEach(row -> addRow(row, offset, values, count));
        }

        /** Adds what {@code values}, which begin at {@code offset}, have of {@code row}. */
        private void addRow(long row, long offset, float[] values, int count) {
            long start = row * columns;
            int from = (int) Math.max(0, offset - start);
            int to = (int) Math.min(columns, offset + count - start);
            double[] sums = sums((int) row, from, to);
            int first = (int) (start + from - offset);
            for (int i = 0; i < sums.length; i++) {
                values[first + i] = (float) (values[first + i] + scale * sums[i]);
            }
        }

        /** Row {@code index} of B * A, from one column to another. */
        private double[] sums(int index, int from, int to) {
            double[] sums = new double[to - from];
            for (int k = 0; k < rank; k++) {
                double factor = b[index * rank + k];
                int start = k * columns + from;
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += factor * a[start + i];
                }
            }
            return sums;
        }
    }
}
