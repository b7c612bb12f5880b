package io.lavastream.engine.fidelity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.fidelity.CaseResult.Status;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other directories than the reference beside the project: what is wrong in them is found and said. */
class FidelityDirectoryTest {
    private static final String GEOMETRY =
            """
            {"pinpoints": {"mine": {"tile": 28, "candidates_wh_in_order": [[28, 56], [56, 28]]}},
             "images": [{"width": 100, "height": 50, "pinpoints": {"mine": {
                "best_resolution_wh": [56, 28], "grid_wh": [2, 1], "resized_wh": [56, 28],
                "paste_left_top": [0, 0], "unpad_rows_cols": [2, 4], "unpad_first_row": 0,
                "unpad_first_col": 0, "tokens_base": 4, "tokens_spatial_unpad": %d,
                "tokens_spatial": 12, "tokens_flat": 12}}}]}
            """;

    @TempDir private Path directory;

    @Test
    void aDirectoryWithoutCasesIsRefused() {
        assertThatThrownBy(this::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no cases (expected: a directory with models/, goldens/");
    }

    @Test
    void aRightCaseHolds() throws IOException {
        write("anyres/geometry.json", GEOMETRY.formatted(4 + 2 * 5));

        assertThat(run())
                .containsExactly(
                        "geometry   100x50 mine: canvas equal, grid equal, resized equal, place"
                                + " equal, tokens equal, row ends equal, first patch equal: ok");
    }

    @Test
    void aWrongCaseIsAMissThatSaysWhatDiffers() throws IOException {
        write("anyres/geometry.json", GEOMETRY.formatted(15));

        assertThat(run())
                .singleElement()
                .asString()
                .endsWith(
                        "tokens 1 differ, row ends equal, first patch equal;"
                                + " tokens: [14, 12, 12] (expected: [15, 12, 12]): MISS");
    }

    @Test
    void anUnreadableFileIsAMiss() throws IOException {
        write("anyres/geometry.json", "{\"pinpoints\": ");
        write("preprocess/anyres.json", "{}");
        write("goldens/mine/c01/case.json", "{\"preprocess\": \"pad\"}");

        assertThat(run())
                .hasSize(3)
                .allMatch(line -> line.endsWith(": MISS"))
                .anyMatch(line -> line.contains("preprocess/anyres.json: IllegalArgumentException"))
                .anyMatch(line -> line.contains("mine/c01: IllegalArgumentException: input_ids"));
    }

    @Test
    void aModelThatIsNotThereIsAMissOfEachOfItsCases() throws IOException {
        write(
                "goldens/mine/c01/case.json",
                """
                {"preprocess": "pad", "input_ids": [1], "sequence_length": 1, "greedy_tokens": [2]}
                """);

        assertThat(run())
                .singleElement()
                .asString()
                .startsWith("golden     mine/c01: UncheckedIOException: ")
                .endsWith(": MISS");
    }

    @Test
    void rowsOfAnUnknownKindAreNotServed() throws IOException {
        Files.createDirectory(directory.resolve("tokenizer"));
        Files.createSymbolicLink(
                directory.resolve("tokenizer/tokenizer.model"),
                Reference.path("tokenizer/tokenizer.model"));
        write("tokenizer/cases.jsonl", "{\"kind\": \"song\"}\n{\"kind\": \"user_text\"}\n");

        assertThat(run())
                .containsExactly(
                        "tokenizer  song 1: rows of kind song: not served",
                        "tokenizer  user_text 1: IllegalArgumentException: text: missing (expected:"
                                + " a value): MISS");
    }

    /** Nothing hangs on names; a token that is not the model's is a miss, and so are beams not served. */
    @Test
    void modelsAndCasesMayHaveOtherNames() throws IOException {
        Path model = firstCompleteModel();
        Path models = Files.createDirectory(directory.resolve("models"));
        Files.createSymbolicLink(models.resolve("other"), model);
        Files.createSymbolicLink(directory.resolve("tokenizer"), Reference.path("tokenizer"));
        ObjectNode golden = textOnlyCase(model.getFileName().toString());
        golden.putObject("beam_search");
        write("goldens/other/right/case.json", golden.toString());
        golden.withArray("greedy_tokens").set(0, 5);
        write("goldens/other/wrong/case.json", golden.toString());

        List<String> lines = run();

        assertThat(lines)
                .anyMatch(
                        line ->
                                line.startsWith("random     other: logits ")
                                        && line.contains("; 20 prompts, ")
                                        && line.endsWith(": ok"))
                .anyMatch(
                        line ->
                                line.startsWith("golden     other/right: ")
                                        && line.endsWith(": ok"))
                .contains("golden     other/right beam_search: beam search: not served")
                .anyMatch(
                        line ->
                                line.startsWith("golden     other/wrong: ")
                                        && line.contains("tokens[0]: ")
                                        && line.endsWith(": MISS"));
    }

    /** A model in which everything is, to be linked to. */
    private static Path firstCompleteModel() throws IOException {
        try (Stream<Path> models = Files.list(Reference.path("models"))) {
            return models.filter(
                            model -> Files.exists(model.resolve("model.safetensors.index.json")))
                    .sorted()
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** A case without images, and without its arrays. */
    private static ObjectNode textOnlyCase(String model) throws IOException {
        try (Stream<Path> cases = Files.list(Reference.path("goldens").resolve(model))) {
            for (Path path : cases.sorted().toList()) {
                ObjectNode golden =
                        (ObjectNode)
                                JsonMapper.builder()
                                        .build()
                                        .readTree(path.resolve("case.json").toFile());
                if (golden.has("input_ids") && golden.path("images").isEmpty()) {
                    golden.putObject("files");
                    return golden;
                }
            }
        }
        throw new IllegalStateException(model + ": no case without images (expected: one)");
    }

    private List<String> run() {
        List<String> lines = new ArrayList<>();
        Consumer<CaseResult> listener = result -> lines.add(result.toString());
        FidelityReport report =
                Fidelity.run(directory, FidelitySettings.everything().withPrompts(20), listener);
        boolean anyMiss = lines.stream().anyMatch(line -> line.endsWith(Status.MISS.toString()));
        assertThat(report.holds()).isEqualTo(!anyMiss);
        return lines;
    }

    private void write(String file, String content) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
