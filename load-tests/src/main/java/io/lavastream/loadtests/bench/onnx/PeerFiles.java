package io.lavastream.loadtests.bench.onnx;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The graphs of a checkpoint and their weights, in a directory beside it. The caller closes the checkpoint. */
final class PeerFiles {
    private static final String DIRECTORY = "onnx";

    private final Path directory;
    private final Checkpoint checkpoint;

    PeerFiles(Path path, Checkpoint checkpoint) {
        this.directory = path.resolve(DIRECTORY);
        this.checkpoint = checkpoint;
    }

    /** Adds a model to a graph. */
    interface GraphBuilder {
        void build(OnnxGraph graph, WeightFile weights);
    }

    /** The file of the graph {@code name}, which is written where it is not there yet. */
    Path graph(String name, GraphBuilder builder) {
        Path file = directory.resolve(name + ".onnx");
        if (Files.exists(file)) {
            return file;
        }
        OnnxGraph graph = new OnnxGraph();
        try {
            Files.createDirectories(directory);
            Path data = directory.resolve(name + ".weights");
            Files.deleteIfExists(data);
            List<TensorShape> tensors = ModelTensors.huggingFace(checkpoint.config());
            try (WeightFile weights = new WeightFile(data, graph, checkpoint, tensors)) {
                builder.build(graph, weights);
            }
            Files.write(file, graph.toByteArray());
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
