package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.CheckpointSource;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which vision tower a model of the original layout gets. */
class VisionTowerTest {
    private static final String TENSOR = "vision_tower.vision_model.pre_layrnorm.bias";

    @TempDir Path models;

    private final OriginalCheckpoint original = new OriginalCheckpoint(new TinyCheckpoint(1));

    @BeforeEach
    void writeModel() {
        original.write(models.resolve("llava"));
    }

    @Test
    void theOneInsideComesBeforeAllOthers() {
        writeTower("named", 3);
        writeTower("clip-vit-tiny-patch14-28", 4);
        mark(2);
        original.tower()
                .forEach(
                        (name, tensor) ->
                                original.tensors()
                                        .put("model.vision_tower.vision_tower." + name, tensor));
        original.write(models.resolve("llava"));

        assertThat(markOf(Optional.empty())).isEqualTo(2);
        assertThat(markOf(Optional.of(models.resolve("named")))).isEqualTo(2);
    }

    @Test
    void theOneThatTheUserNamesComesNext() {
        writeTower("elsewhere/named", 3);
        writeTower("clip-vit-tiny-patch14-28", 4);

        assertThat(markOf(Optional.of(models.resolve("elsewhere/named")))).isEqualTo(3);
    }

    @Test
    void thenTheOneOfTheNameInTheConfig() {
        writeTower("clip-vit-tiny-patch14-28", 3);
        writeTower("another", 4);

        assertThat(markOf(Optional.empty())).isEqualTo(3);
    }

    @Test
    void thatNameMayHaveItsOwner() {
        writeTower("someone/clip-vit-tiny-patch14-28", 3);
        writeTower("another", 4);

        assertThat(markOf(Optional.empty())).isEqualTo(3);
    }

    @Test
    void thenTheOnlyOneOfThoseSizes() {
        writeTower("some-tower", 3);
        TinyCheckpoint other = new TinyCheckpoint(1);
        other.visionConfig().put("image_size", 42);
        new OriginalCheckpoint(other).writeTower(models.resolve("of-other-sizes"));
        TinyCheckpoint.writeText(models.resolve("broken/config.json"), "{");

        assertThat(markOf(Optional.empty())).isEqualTo(3);
    }

    @Test
    void severalOfThoseSizesAreListed() {
        writeTower("tower-a", 3);
        writeTower("tower-b", 4);

        assertRefused(
                "config.json: mm_vision_tower: \"someone/clip-vit-tiny-patch14-28\" (expected: one"
                        + " CLIP directory beside the model with patches of 14 and images of 28"
                        + " pixels, or --vision-tower DIR; found several: tower-a (patch 14, image"
                        + " 28), tower-b (patch 14, image 28))");
    }

    @Test
    void noneOfThoseSizesListsTheOthers() {
        assertRefused("found none of these sizes: no CLIP directory at all");

        TinyCheckpoint other = new TinyCheckpoint(1);
        other.visionConfig().put("image_size", 42);
        new OriginalCheckpoint(other).writeTower(models.resolve("of-other-sizes"));
        assertRefused("found none of these sizes: of-other-sizes (patch 14, image 42)");
    }

    @Test
    void aNameWithoutSizesNeedsADirectoryOfThatName() {
        writeTower("some-tower", 3);
        original.config().put("mm_vision_tower", "someone/clip");
        original.writeConfig(models.resolve("llava"));

        assertRefused("mm_vision_tower: \"someone/clip\" (expected: the name of a directory");
    }

    /** A config from the network is no leave to read elsewhere. */
    @Test
    void aNameDoesNotLeadOutOfTheDirectoryOfModels() {
        Path inner = models.resolve("inner");
        writeTower("outside-patch14-28", 3);
        original.config().put("mm_vision_tower", "../outside-patch14-28/.");
        original.write(inner.resolve("llava"));

        assertThatThrownBy(() -> Checkpoint.open(inner.resolve("llava")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("mm_vision_tower: \"../outside-patch14-28/.\" (expected: ");
    }

    @Test
    void aDirectoryThatIsNoClipModelIsRefused() {
        TinyCheckpoint.writeText(
                models.resolve("named/config.json"), "{\"model_type\": \"siglip\"}");

        assertThatThrownBy(() -> markOf(Optional.of(models.resolve("named"))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(
                        "model_type: \"siglip\" (expected: one of [clip, clip_vision_model])");
        assertThatThrownBy(() -> markOf(Optional.of(models.resolve("none"))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("none: missing (expected: a CLIP directory)");
    }

    @Test
    void aTowerMayBeAVisionModelAloneInSafetensors() throws IOException {
        writeTower("tower", 3);
        Path tower = models.resolve("tower");
        Files.delete(tower.resolve("pytorch_model.bin"));
        SafetensorsWriter.write(tower.resolve("model.safetensors"), original.tower());
        TinyCheckpoint.writeText(
                tower.resolve("config.json"), new TinyCheckpoint(1).visionConfig().toString());

        assertThat(markOf(Optional.empty())).isEqualTo(3);
    }

    @Test
    void whatElseIsInAClipModelIsPassedOver() {
        original.tower().put("text_model.final_layer_norm.bias", vector(1));
        original.tower().put("logit_scale", vector(1));
        writeTower("tower", 3);

        try (Checkpoint checkpoint = Checkpoint.open(models.resolve("llava"))) {
            assertThat(checkpoint.contains(TENSOR)).isTrue();
            assertThat(checkpoint.contains("vision_tower.logit_scale")).isFalse();
        }
    }

    @Test
    void aTowerOfAnotherWidthIsRefused() {
        original.config().put("mm_hidden_size", 17);
        original.writeConfig(models.resolve("llava"));
        writeTower("tower", 3);

        assertRefused("mm_hidden_size: 17 (expected: 16, the width of the vision tower)");
    }

    /** LLaVA-1.6 has its tower inside, and no directory beside it that describes it. */
    @Test
    void aTowerInsideOfAPublishedShapeNeedsNoDirectory() {
        original.config()
                .put("mm_vision_tower", "openai/clip-vit-large-patch14-336")
                .put("mm_hidden_size", 1024);
        original.tensors()
                .put(
                        "model.vision_tower.vision_tower.vision_model.embeddings.class_embedding",
                        vector(1024));
        original.write(models.resolve("llava"));

        try (Checkpoint checkpoint = Checkpoint.open(models.resolve("llava"))) {
            assertThat(checkpoint.config().vision().layers()).isEqualTo(24);
            assertThat(checkpoint.config().vision().imageSize()).isEqualTo(336);
        }
    }

    /** The same weights with other heads are another model. */
    @Test
    void revisionTellsTowersApart() {
        TinyCheckpoint other = new TinyCheckpoint(1);
        new OriginalCheckpoint(other).writeTower(models.resolve("tower"));
        String first = revision();

        other.visionConfig().put("num_attention_heads", 4);
        new OriginalCheckpoint(other).writeTower(models.resolve("tower"));

        assertThat(revision()).isNotEqualTo(first);
    }

    private String revision() {
        try (Checkpoint checkpoint = Checkpoint.open(models.resolve("llava"))) {
            return checkpoint.revision();
        }
    }

    private void writeTower(String name, float mark) {
        mark(mark);
        original.writeTower(models.resolve(name));
    }

    /** Sets the value by which a tower is told from others. */
    private void mark(float value) {
        float[] values = new float[16];
        values[0] = value;
        original.tower().put("vision_model.pre_layrnorm.bias", new Tensor(List.of(16L), values));
    }

    private float markOf(Optional<Path> visionTower) {
        CheckpointSource source =
                new CheckpointSource(models.resolve("llava"), visionTower, Optional.empty());
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            float[] first = new float[1];
            checkpoint.read(TENSOR, (offset, values, count) -> first[0] = values[0]);
            return first[0];
        }
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Checkpoint.open(models.resolve("llava")).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static Tensor vector(int size) {
        return new Tensor(List.of((long) size), new float[size]);
    }
}
