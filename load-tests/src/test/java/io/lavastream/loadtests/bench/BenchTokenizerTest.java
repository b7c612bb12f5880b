package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchTokenizerTest {
    private static final int ROWS = 32_064;

    @TempDir private Path directory;

    @Test
    void eachWordIsOneTokenThatTheModelHasARowFor() throws IOException {
        Tokenizer tokenizer = tokenizer();

        int[] ids = tokenizer.encode(BenchTokenizer.words(new SplittableRandom(1), 200));

        assertThat(ids).hasSize(200);
        assertThat(IntStream.of(ids)).allMatch(id -> id > 2 && id < 32_000);
    }

    @Test
    void onlyBytesLieBehindTheModelsRows() throws IOException {
        assertThat(tokenizer().vocabularySize()).isEqualTo(ROWS + 256);
        assertThat(IntStream.of(tokenizer().encode("é")))
                .anyMatch(id -> id >= ROWS)
                .allMatch(id -> id >= ROWS || id < 32_000);
    }

    private Tokenizer tokenizer() throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), BenchTokenizer.json(ROWS));
        return Tokenizers.load(directory);
    }
}
