package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.TensorShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of one graph in a file of their own, in float32, from a checkpoint: a model file holds at most 2 GiB itself. Each
 * begins at a page, so that ONNX Runtime may map it. Not thread-safe; the caller closes it.
 */
final class WeightFile implements AutoCloseable {
    private static final long PAGE = 4096;

    private final Checkpoint checkpoint;
    private final OnnxGraph graph;
    private final String name;
    private final FileChannel file;
    private final Map<String, List<Long>> shapes = new HashMap<>();

    WeightFile(Path file, OnnxGraph graph, Checkpoint checkpoint, List<TensorShape> tensors)
            throws IOException {
        this.checkpoint = checkpoint;
        this.graph = graph;
        this.name = String.valueOf(file.getFileName());
        this.file =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        tensors.forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
    }

    /** The tensor as it is, as a constant of the graph. */
    String tensor(String tensor) {
        return tensor(tensor, shape(tensor));
    }

    /** The tensor with other dimensions. */
    String tensor(String tensor, List<Long> dimensions) {
        long elements = elements(dimensions);
        Region region = region(elements);
        checkpoint.read(
                tensor,
                (offset, values, count) -> region.values.put((int) offset, values, 0, count));
        return external(tensor, region, elements, dimensions);
    }

    /** Vectors one after the other, as a constant of the graph. */
    String joined(List<String> vectors) {
        long elements = vectors.stream().mapToLong(vector -> shape(vector).get(0)).sum();
        Region region = region(elements);
        int first = 0;
        for (String vector : vectors) {
            int start = first;
            checkpoint.read(
                    vector,
                    (offset, values, count) ->
                            region.values.put(start + (int) offset, values, 0, count));
            first += (int) (long) shape(vector).get(0);
        }
        return external(vectors.get(0), region, elements, List.of(elements));
    }

    /** Matrices [out, in] one below the other, turned: [in, all out]. */
    String turned(List<String> matrices) {
        int in = (int) (long) shape(matrices.get(0)).get(1);
        int out = (int) matrices.stream().mapToLong(matrix -> shape(matrix).get(0)).sum();
        Region region = region((long) in * out);
        int first = 0;
        for (String matrix : matrices) {
            int start = first;
            checkpoint.read(
                    matrix,
                    (offset, values, count) -> {
                        for (int i = 0; i < count; i++) {
                            int row = (int) ((offset + i) / in);
                            int column = (int) ((offset + i) % in);
                            region.values.put(column * out + start + row, values[i]);
                        }
                    });
            first += (int) (long) shape(matrix).get(0);
        }
        return external(matrices.get(0), region, (long) in * out, List.of((long) in, (long) out));
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private record Region(long offset, FloatBuffer values) {}

    private Region region(long elements) {
        try {
            long offset = (file.size() + PAGE - 1) / PAGE * PAGE;
            return new Region(
                    offset,
                    file.map(FileChannel.MapMode.READ_WRITE, offset, elements * Float.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String external(String tensor, Region region, long elements, List<Long> dimensions) {
        return graph.external(
                tensor,
                name,
                region.offset,
                elements * Float.BYTES,
                dimensions.stream().mapToLong(Long::longValue).toArray());
    }

    private List<Long> shape(String tensor) {
        List<Long> shape = shapes.get(tensor);
        if (shape == null) {
            throw new IllegalArgumentException(
                    "tensor: %s (expected: one of the checkpoint's %d)"
                            .formatted(tensor, shapes.size()));
        }
        return shape;
    }

    private static long elements(List<Long> dimensions) {
        return dimensions.stream().reduce(1L, Math::multiplyExact);
    }
}
