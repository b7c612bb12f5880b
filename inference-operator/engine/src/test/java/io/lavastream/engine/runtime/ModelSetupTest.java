package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.reference.Reference;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model runs as, and why. */
class ModelSetupTest {
    @TempDir private Path directory;

    @Test
    void aModelRunsAsItsOwnFilesSay() {
        EngineConfig config = original().withVisionTower(tower("336"));

        ModelDescription description = LlavaEngine.check(config);

        assertThat(description.toString())
                .startsWith(directory.getFileName() + ", revision ")
                .contains(
                        "; template llava_v1 (the model has no chat template); image mode pad"
                                + " (image_aspect_ratio of config.json); vision tower %s (as set); device cpu"
                                        .formatted(tower("336")));
        assertThat(description.slots())
                .startsWith("8 of ")
                .contains(" positions; weights f32; memory ", "GiB (weights ", "; products by ");
    }

    @Test
    void settingsComeFirst() {
        GoldenCheckpoint.link(directory, "tiny-llava-1.5", Map.of());

        ModelDescription own = LlavaEngine.check(EngineConfig.defaults(directory));
        ModelDescription set =
                LlavaEngine.check(
                        EngineConfig.defaults(directory)
                                .withTemplate("vicuna_v1")
                                .withImageMode("pad"));

        assertThat(own.imageModeOrigin()).isEqualTo("no do_pad in preprocessor_config.json");
        assertThat(own.visionTower()).isEqualTo("inside the model");
        assertThat(set.identity().template()).isEqualTo("vicuna_v1");
        assertThat(set.templateOrigin()).isEqualTo("as set");
        assertThat(set.identity().imageMode()).isEqualTo("pad");
        assertThat(set.imageModeOrigin()).isEqualTo("as set");
    }

    @Test
    void whatDoesNotFitIsRefusedBeforeAnythingIsLoaded() {
        assertRefused(
                original().withVisionTower(tower("224")),
                "config.json: mm_hidden_size: 64 (expected: 48, the width of the vision tower)");
        assertRefused(
                original().withBase(tower("224")),
                "--base %s for a whole model (expected: no base".formatted(tower("224")));
    }

    private EngineConfig original() {
        if (!directory.resolve("config.json").toFile().exists()) {
            GoldenCheckpoint.link(directory, "tiny-llava-orig", Map.of());
        }
        return EngineConfig.defaults(directory);
    }

    private static Path tower(String size) {
        return Reference.path("models").resolve("tiny-clip-vit-patch14-" + size);
    }

    private static void assertRefused(EngineConfig config, String message) {
        assertThatThrownBy(() -> LlavaEngine.check(config))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message);
    }
}
