package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each ends with exit code 2 and one line that names file, tensor or key, found and expected. */
class BadModelIT {
    private static final String TENSOR = "language_model.model.norm.weight";

    @TempDir Path directory;
    private BrokenModel model;

    @BeforeEach
    void copy() throws Exception {
        model = BrokenModel.copiedTo(directory);
    }

    @Test
    void aTruncatedShard() throws Exception {
        model.shorten("model-00002-of-00002.safetensors", 100);

        assertRefused(demo(), "model-00002-of-00002.safetensors");
    }

    @Test
    void aTensorThatTheIndexPromisesAndNoShardHas() throws Exception {
        model.edit(
                "model.safetensors.index.json",
                List.of("weight_map"),
                map -> map.put(TENSOR + ".absent", "model-00001-of-00002.safetensors"));

        assertRefused(demo(), TENSOR + ".absent");
    }

    @Test
    void aTensorThatIsNowhere() throws Exception {
        model.edit(
                "model.safetensors.index.json",
                List.of("weight_map"),
                map -> assertThat(map.remove(TENSOR)).isNotNull());

        assertRefused(demo(), TENSOR);
        assertRefused(generate(), TENSOR);
    }

    @Test
    void aConfigurationThatDoesNotFit() throws Exception {
        model.edit(
                "config.json",
                List.of("text_config"),
                config -> config.put("intermediate_size", 4096));

        assertRefused(generate(), "4096");
    }

    private CommandRun demo() {
        return CommandRun.of("demo", "--model", directory.toString());
    }

    private CommandRun generate() {
        return CommandRun.of("generate", "--model", directory.toString(), "What is this?");
    }

    private void assertRefused(CommandRun run, String named) {
        assertThat(run.exitCode()).as(run.err()).isEqualTo(2);
        // A slow machine may have reported progress before it.
        assertThat(run.err().lines().reduce((first, second) -> second).orElseThrow())
                .startsWith("lavastream: " + directory)
                .contains(named, "(expected: ");
        assertThat(run.err()).as("without a stack trace").doesNotContain("\tat ");
    }
}
