package io.lavastream.loadtests.bench.jmh;

import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import io.lavastream.loadtests.bench.BenchTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From a question's text to token ids, with a vocabulary of LLaMA's size. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenizerBenchmark {
    private static final int ROWS = 32_064;

    /** Words, each a token. */
    @Param({"16", "256"})
    public int words;

    private Tokenizer tokenizer;
    private String text = "";

    @Setup
    public void load() throws IOException {
        Path directory = Files.createTempDirectory("lavastream-jmh");
        Path file = directory.resolve("tokenizer.json");
        try {
            Files.writeString(file, BenchTokenizer.json(ROWS));
            tokenizer = Tokenizers.load(directory);
        } finally {
            Files.deleteIfExists(file);
            Files.delete(directory);
        }
        text = BenchTokenizer.words(new SplittableRandom(1), words);
    }

    @Benchmark
    public int[] encode() {
        return tokenizer.encode(text);
    }
}
