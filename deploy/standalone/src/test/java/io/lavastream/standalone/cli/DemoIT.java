package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The whole service in this process, asked through its topics. */
class DemoIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Beside the project's root; more scenes than are shipped. */
    private static final Path ALL_SCENES = Path.of("../../../shared/scenes").normalize();

    @Test
    void answersTheShippedScenesAndFailsOnlyTheBrokenOne() throws Exception {
        List<String> questions = Files.readAllLines(Home.scenes().resolve("questions.jsonl"));

        CommandRun run = CommandRun.of("demo", "--json");

        assertThat(run.err()).contains("%d answered, ".formatted(questions.size() - 1));
        assertThat(run.err()).contains(" right, 1 failed").contains("\nslots 8 of ");
        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, JsonNode> results = byId(run.out());
        assertThat(results).hasSameSizeAs(questions);
        assertThat(results.get("q-broken").get("failure").get("code").textValue())
                .isEqualTo("IMAGE_CORRUPT");
    }

    @Test
    void answersAllScenesAsTheReferenceImplementationDoes() throws Exception {
        if (!Files.exists(ALL_SCENES)) {
            System.out.println("DID NOT RUN: all scenes, as " + ALL_SCENES + " is not there");
        }
        Assumptions.assumeTrue(Files.exists(ALL_SCENES));

        CommandRun run = CommandRun.of("demo", "--json", "--scenes", ALL_SCENES.toString());

        assertThat(run.exitCode()).as(run.err()).isZero();
        Map<String, JsonNode> results = byId(run.out());
        assertThat(share(results, "expected")).isGreaterThanOrEqualTo(0.98);
        assertThat(share(results, "reference_answer")).isGreaterThanOrEqualTo(0.99);
    }

    private static double share(Map<String, JsonNode> results, String field) {
        long equal =
                results.values().stream()
                        .filter(result -> result.get(field).equals(result.get("answer")))
                        .count();
        return (double) equal / results.size();
    }

    private static Map<String, JsonNode> byId(String lines) throws Exception {
        List<JsonNode> results = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            results.add(JSON.readTree(line));
        }
        return results.stream()
                .collect(
                        Collectors.toMap(
                                result -> result.get("request_id").textValue(),
                                Function.identity()));
    }
}
