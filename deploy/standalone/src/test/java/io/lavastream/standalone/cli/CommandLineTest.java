package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "demo",
                "serve",
                "ask",
                "redrive",
                "inspect",
                "generate",
                "make-checkpoint",
                "fidelity",
                "topics",
                "schemas"
            })
    void helpShowsExamples(String command) {
        CommandRun run = CommandRun.of(command, "--help");

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("Examples:").contains("  lavastream " + command);
    }

    @ParameterizedTest
    @ValueSource(strings = {"create", "check"})
    void helpOfTopicsShowsAnExample(String command) {
        assertThat(CommandRun.of("topics", command, "--help").out())
                .contains("  lavastream topics " + command + " --bootstrap-servers");
    }

    @ParameterizedTest
    @ValueSource(strings = {"register", "check"})
    void helpOfSchemasShowsAnExample(String command) {
        assertThat(CommandRun.of("schemas", command, "--help").out())
                .contains("  lavastream schemas " + command + " --schema-registry-url");
    }

    @Test
    void namesARegistryThatDoesNotAnswer() {
        CommandRun run =
                CommandRun.of("schemas", "check", "--schema-registry-url", "http://127.0.0.1:1");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err())
                .startsWith("lavastream: schemas at http://127.0.0.1:1: ")
                .contains("Connection refused");
    }

    @Test
    void namesTheMissingCommand() {
        assertUsage(CommandRun.of(), "Missing command");
        assertUsage(CommandRun.of("topics"), "Missing command (expected: create or check)");
        assertUsage(CommandRun.of("schemas"), "Missing command (expected: register or check)");
    }

    @Test
    void refusesAnUnknownOption() {
        assertUsage(CommandRun.of("demo", "--nonsense"), "Unknown option: '--nonsense'");
    }

    @Test
    void refusesADirectoryWithoutCases() {
        CommandRun run = CommandRun.of("fidelity", directory.toString());

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains(directory + ": no cases (expected: ");
    }

    @Test
    void aMissEndsFidelityWithOne() throws IOException {
        Files.createDirectories(directory.resolve("preprocess"));
        Files.writeString(directory.resolve("preprocess/anyres.json"), "{}");

        CommandRun lines = CommandRun.of("fidelity", directory.toString());
        CommandRun objects = CommandRun.of("fidelity", "--json", directory.toString());

        assertThat(lines.exitCode()).isEqualTo(1);
        assertThat(lines.out()).contains(": MISS").contains("total tiles         1 cases: 1 MISS");
        assertThat(objects.exitCode()).isEqualTo(1);
        assertThat(objects.out()).contains("\"status\":\"miss\"").doesNotContain("total");
    }

    @Test
    void refusesAnUnknownDelivery() {
        assertUsage(
                CommandRun.of("demo", "--delivery", "maybe"),
                "'maybe' (expected: exactly-once or at-least-once)");
    }

    @Test
    void refusesAnUnknownForm() {
        assertUsage(
                CommandRun.of("ask", "--format", "poem", "What?"),
                "'poem' (expected: free, short, yes-no, choice, caption or region)");
    }

    @Test
    void refusesOptionsWithoutChoice() {
        assertRefused(
                CommandRun.of("ask", "--option", "red", "What?"),
                "option: [red] (expected: none without --format choice)");
    }

    @Test
    void refusesToConstrainAFormatThatListsNoAnswers() {
        for (String command : List.of("ask", "generate")) {
            assertRefused(
                    CommandRun.of(command, "--format", "short", "--constrained", "What?"),
                    "constrained: given (expected: only with --format yes-no or choice)");
        }
    }

    @Test
    void refusesSamplingOutOfRange() {
        CommandRun run = CommandRun.of("generate", "--logprobs", "21", "What?");

        assertThat(run.err())
                .isEqualToIgnoringNewLines(
                        "lavastream: INVALID_PARAMETER: sampling.top_logprobs: 21 (expected: 0 to"
                                + " 20)");
        assertThat(run.exitCode()).isEqualTo(1);
    }

    @Test
    void asksForBothAddressesOfAService() {
        assertRefused(
                CommandRun.of("ask", "--bootstrap-servers", "localhost:9092", "What?"),
                "bootstrap-servers: localhost:9092, schema-registry-url: null (expected: both, or"
                        + " neither)");
    }

    @Test
    void refusesToChangeTheModelOfARunningService() {
        assertRefused(
                CommandRun.of(
                        "ask",
                        "--bootstrap-servers",
                        "localhost:9092",
                        "--schema-registry-url",
                        "http://localhost:8081",
                        "--image-mode",
                        "hd",
                        "What?"),
                "options of a model: given (expected: none with --bootstrap-servers, where a service has its own)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo", "serve", "ask", "generate"})
    void whatAModelIsMadeOfCanBeNamedWhereverOneIsOpened(String command) {
        assertThat(CommandRun.of(command, "--help").out())
                .contains(
                        "--vision-tower=DIR", "--base=DIR", "--template=NAME", "--image-mode=MODE");
    }

    @Test
    void asksForTheAddressesOfWhatAServerDoesNotRun() {
        assertRefused(
                CommandRun.of("serve", "--roles", "ingest,job"),
                "bootstrap-servers: none (expected: an address, as this process does not run the"
                        + " broker)");
    }

    @Test
    void refusesAPortOutOfRange() {
        assertRefused(
                CommandRun.of("serve", "--broker-port", "70000"),
                "broker-port: 70000 (expected: 0 to 65535)");
    }

    @Test
    void refusesALaneThatCannotBeATopicName() {
        assertRefused(
                CommandRun.of("serve", "--lanes", "Fast Lane"),
                "lanes: 'Fast Lane' (expected: lower-case letters, digits and hyphens)");
    }

    @Test
    void namesAnImageFileThatIsMissing() {
        Path missing = directory.resolve("missing.jpg");

        assertRefused(
                CommandRun.of("ask", "--image", missing.toString(), "What?"),
                "image: %s cannot be read (expected: an image file)".formatted(missing));
    }

    @Test
    void namesASettingsFileThatIsMissing() {
        Path missing = directory.resolve("missing.properties");

        assertRefused(
                CommandRun.of("serve", "--kafka-config", missing.toString()),
                "kafka-config: %s cannot be read (expected: a .properties file)"
                        .formatted(missing));
    }

    @Test
    void readsSettingsFiles() throws IOException {
        Path file = directory.resolve("tls.properties");
        Files.writeString(file, "security.protocol=SSL\n# a comment\n");

        assertThat(PropertiesFile.read("kafka-config", file))
                .containsOnly(java.util.Map.entry("security.protocol", "SSL"));
    }

    @Test
    void namesAMissingModelDirectoryBeforeAnythingStarts() {
        Path missing = directory.resolve("no-model");

        assertRefused(
                CommandRun.of("demo", "--model", missing.toString(), "--scenes", scenes()),
                missing + ": missing (expected: a model directory)");
    }

    @Test
    void refusesAModelThatDoesNotFitTheMemory() {
        String made = directory.resolve("tiny").toString();
        assertThat(CommandRun.of("make-checkpoint", "--shape", "tiny", made).exitCode()).isZero();

        CommandRun run =
                CommandRun.of("demo", "--model", made, "--memory", "512m", "--scenes", scenes());

        assertThat(run.err())
                .startsWith("lavastream: memory: 0.5 GiB available (expected: 1.")
                .contains("for 1 slot with weights fp16");
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.exitCode()).isEqualTo(2);
    }

    @Test
    void makesACheckpointAndSaysThatItHasNoTokenizer() {
        Path made = directory.resolve("tiny");

        CommandRun run = CommandRun.of("make-checkpoint", "--shape", "tiny", made.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).isEqualTo(made + ": 105 tensors, 0.0 GB, random weights of seed 1\n");
        assertThat(run.err())
                .isEqualTo(
                        "lavastream: tokenizer: none (expected: tokenizer.model or tokenizer.json"
                                + " in "
                                + made
                                + " before it can be served)\n");
        assertThat(made.resolve("config.json")).exists();
    }

    @Test
    void makesACheckpointOfTheOriginalLayoutAndItsTower() {
        Path made = directory.resolve("tiny");

        CommandRun run =
                CommandRun.of(
                        "make-checkpoint",
                        "--shape",
                        "tiny",
                        "--layout",
                        "original",
                        "--dtype",
                        "bf16",
                        made.toString());

        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .startsWith(made + ": 37 tensors, 0.0 GB, random weights of seed 1\n")
                .endsWith(directory.resolve("clip-vit-tiny-patch14-336") + ": its vision tower\n");
        assertThat(made.resolve("pytorch_model.bin")).exists();
    }

    @Test
    void refusesSizesAndShapesThatAreNone() {
        assertUsage(
                CommandRun.of("generate", "--memory", "much", "What?"),
                "'much' (expected: a number of bytes, or with k, m or g)");
        assertUsage(
                CommandRun.of("make-checkpoint", "--shape", "70b", "x"),
                "shape: 70b (expected: 7b, 13b, medium, small or tiny)");
        assertRefused(
                CommandRun.of(
                        "make-checkpoint", "--shape", "tiny", "--tokenizer", "vocab.txt", "x"),
                "tokenizer: vocab.txt (expected: a readable tokenizer.model or tokenizer.json)");
    }

    private String scenes() {
        try {
            Files.writeString(
                    directory.resolve("questions.jsonl"),
                    "{\"request_id\": \"a\", \"image\": \"a.jpg\", \"question\": \"What?\"}");
            return directory.toString();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void assertUsage(CommandRun run, String message) {
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("lavastream: ").contains(message);
        assertThat(run.err().lines()).as(run.err()).hasSize(2).last().asString().contains("--help");
    }

    private static void assertRefused(CommandRun run, String message) {
        assertThat(run.err()).isEqualToIgnoringNewLines("lavastream: " + message);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }
}
