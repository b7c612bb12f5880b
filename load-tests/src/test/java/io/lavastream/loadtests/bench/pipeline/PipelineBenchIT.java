package io.lavastream.loadtests.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.loadtests.LoadTests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole of {@code bench pipeline} for seconds: that it measures, not how fast. */
class PipelineBenchIT {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @TempDir private Path models;

    @Test
    void tellsWhatALaneNoticesOfABacklogOnTheOther() throws IOException {
        Map<String, Double> figures =
                run(
                        "--duration",
                        "5",
                        "--stub-ms",
                        "1000",
                        "--rate",
                        "20",
                        "--backlog",
                        "1500",
                        "--image-kb",
                        "10");

        assertThat(figures.get("latency_alone_p50")).isGreaterThan(1000);
        assertThat(figures.get("latency_p99")).isGreaterThan(1000);
        assertThat(figures.get("unanswered")).isZero();
        assertThat(figures.get("doubled")).isZero();
        assertThat(figures.get("backlog_left")).isPositive();
        assertThat(figures.get("backlog_alone")).isPositive();
        assertThat(figures.get("memory_job")).isPositive();
        assertThat(figures)
                .containsKeys(
                        "backlog_share",
                        "memory_growth_receiving_ingest",
                        "memory_growth_working_job");
    }

    @Test
    void tellsHowLongAnswersTakeAndHowSoonIngestIsBack() throws IOException {
        Map<String, Double> figures =
                run(
                        "--duration",
                        "2",
                        "--stub-ms",
                        "20",
                        "--rate",
                        "20",
                        "--image-kb",
                        "10",
                        "--restore");

        assertThat(figures.get("latency_p50")).isGreaterThan(20);
        assertThat(figures.get("throughput")).isPositive();
        assertThat(figures.get("unanswered")).isZero();
        assertThat(figures.get("cpu_broker")).isPositive();
        assertThat(figures.get("stores")).isPositive();
        assertThat(figures.get("restart_after_kill")).isPositive();
        assertThat(figures.get("restart_without_stores")).isPositive();
    }

    @Test
    void tellsHowLateDeadlinesAreClosed() throws IOException {
        Map<String, Double> figures =
                run(
                        "--duration",
                        "2",
                        "--stub-ms",
                        "2000",
                        "--rate",
                        "30",
                        "--deadline-ms",
                        "500",
                        "--image-kb",
                        "0");

        assertThat(figures.get("expired")).isPositive().isEqualTo(figures.get("asked"));
        assertThat(figures.get("doubled")).isZero();
        assertThat(figures.get("late_p50")).isPositive();
        assertThat(figures).containsKeys("late_p95", "late_p99", "late_max");
    }

    @Test
    void tellsWhatTheStreamAddsToTheEngine() throws IOException {
        Map<String, Double> figures =
                run("--duration", "2", "--shape", "tiny", "--max", "--image-kb", "10");

        assertThat(figures.get("asked")).isPositive();
        assertThat(figures.get("throughput")).isPositive();
        assertThat(figures.get("engine_alone")).isPositive();
        assertThat(figures.get("cpu_engine")).isPositive();
        assertThat(figures.get("stream_tax")).isPositive();
        assertThat(figures).containsKeys("stream_tax_wall", "cpu_ingest", "cpu_broker");
    }

    private Map<String, Double> run(String... arguments) throws IOException {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                LoadTests.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true));
        List<String> all =
                Stream.concat(
                                Stream.of("bench", "pipeline", "--json"),
                                Stream.concat(
                                        Stream.of(
                                                "--warm-up", "1", "--directory", models.toString()),
                                        Stream.of(arguments)))
                        .toList();

        int code = commandLine.execute(all.toArray(String[]::new));

        assertThat(code).as(err.toString()).isZero();
        Map<String, Double> figures = new HashMap<>();
        for (String line : out.toString().lines().toList()) {
            JsonNode figure = JSON.readTree(line);
            figures.put(figure.path("figure").asText(), figure.path("value").asDouble());
        }
        return figures;
    }
}
