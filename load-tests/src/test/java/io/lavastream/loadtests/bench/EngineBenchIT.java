package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.loadtests.LoadTests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole of {@code bench engine} on a model that loads in a second: that it measures, not how fast. */
class EngineBenchIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir private static Path directory;

    @Test
    void everyFigureIsALineOfJson() throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                LoadTests.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));

        int code =
                commandLine.execute(
                        "bench",
                        "engine",
                        "--shape",
                        "tiny",
                        "--slots",
                        "8",
                        "--requests",
                        "4",
                        "--new-tokens",
                        "8",
                        "--steps",
                        "40",
                        "--peer",
                        "--profile",
                        "--json",
                        "--directory",
                        directory.toString());

        assertThat(code).as(err.toString()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            lines.add(JSON.readTree(line));
        }
        assertThat(lines)
                .extracting(line -> line.path("figure").asText())
                .contains(
                        "memory",
                        "step_overhead",
                        "sampling",
                        "reuse",
                        "reuse_vision_runs",
                        "mixed",
                        "mixed_first_token_p99",
                        "mixed_next_token_p50",
                        "flatness",
                        "gap",
                        "open",
                        "load",
                        "warmup",
                        "vision",
                        "prefill",
                        "prefill_rate",
                        "decode",
                        "decode_mixed_lengths",
                        "decode_beside_one_slot",
                        "decode_beside_exported",
                        "bandwidth",
                        "product_tensorflow",
                        "product_onnxruntime");
        assertThat(lines)
                .filteredOn(line -> line.path("figure").asText().equals("decode"))
                .allMatch(line -> line.path("value").asDouble() > 0)
                .allMatch(line -> line.path("floor_ratio").asDouble() > 0)
                .allMatch(line -> line.path("peer_ratio").asDouble() > 0)
                .extracting(line -> line.path("sequences").asInt())
                .containsExactly(1, 4, 8);
        assertThat(err.toString()).contains("decode@1: ").contains("MatMul");
        assertThatThePeerComputesTheSame(lines);
    }

    @Test
    void answersAreAsLongAsAskedFor() {
        BenchSettings settings = settings();
        Path checkpoint = BenchCheckpoint.in(directory, settings.shape(), settings.weights());
        try (EngineUnderTest engine = EngineUnderTest.open(checkpoint, settings)) {
            int words = engine.wordsFor(100, List.of());
            Follower follower = engine.submit(List.of(), words, 50);

            GenerationResult result = follower.await();

            assertThat(result.tokens()).isEqualTo(new GenerationResult.TokenCounts(100, 0, 50));
            assertThat(follower.gapsSince(Long.MIN_VALUE)).hasSizeBetween(48, 49);
        }
    }

    private static void assertThatThePeerComputesTheSame(List<JsonNode> lines) {
        assertThat(lines)
                .filteredOn(line -> line.path("figure").asText().startsWith("peer_difference"))
                .hasSize(5)
                .allMatch(line -> line.path("value").asDouble() < 1e-3);
    }

    private static BenchSettings settings() {
        return new BenchSettings(
                ModelShape.TINY,
                WeightType.F32,
                2,
                1,
                640,
                50,
                1,
                1,
                EnumSet.allOf(Stage.class),
                false,
                false,
                OptionalInt.empty(),
                directory);
    }
}
