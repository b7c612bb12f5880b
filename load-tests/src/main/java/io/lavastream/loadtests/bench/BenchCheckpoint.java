package io.lavastream.loadtests.bench;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.checkpoint.synthetic.SyntheticCheckpoint;
import io.lavastream.loadtests.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalInt;

/**
 * A checkpoint with random weights, of the published files and names, in 16 bits as the published ones are. Made once and kept:
 * the same shape has the same weights in every run.
 *
 * <p>Its answers have no end: the end of sequence is an id that the model has no row for. Each of its tokens but three is a word or
 * a syllable, so that a listener sees each token.
 */
public final class BenchCheckpoint {
    private static final long SEED = 1;

    private BenchCheckpoint() {}

    /** The directory of the checkpoint under {@code parent}; written if it is not there. */
    public static Path in(Path parent, ModelShape shape, WeightType weights) {
        TensorType stored = stored(weights);
        Path directory = parent.resolve("%s-%s".formatted(shape.label(), stored));
        if (Files.isDirectory(directory)) {
            return directory;
        }
        try {
            Path unfinished = parent.resolve(directory.getFileName() + ".unfinished");
            if (Files.exists(unfinished)) {
                Directories.delete(unfinished);
            }
            write(
                    unfinished,
                    new SyntheticCheckpoint(
                            Layout.HUGGING_FACE, shape, stored, OptionalInt.empty(), SEED));
            return Files.move(unfinished, directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The type of its tensors. */
    static TensorType stored(WeightType weights) {
        return weights == WeightType.BF16 ? TensorType.BF16 : TensorType.F16;
    }

    private static void write(Path directory, SyntheticCheckpoint checkpoint) throws IOException {
        checkpoint.write(directory, LoadProgress.NONE);
        int rows;
        try (Checkpoint written = Checkpoint.open(directory)) {
            rows = written.config().text().vocabularySize();
        }
        Files.writeString(
                directory.resolve("generation_config.json"),
                "{\"bos_token_id\": 1, \"eos_token_id\": %d}%n".formatted(rows));
        Files.writeString(directory.resolve("tokenizer.json"), BenchTokenizer.json(rows));
    }
}
