package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import org.junit.jupiter.api.Test;

/** Reads how checkpoints and CLIP directories want their images. */
class PreprocessorConfigReferenceTest {
    @Test
    void readsTheSettingsOfCheckpoints() {
        ImagePreprocessing tiny =
                ImagePreprocessing.read(ReferenceFiles.reference("models/tiny-llava-1.5"));
        ImagePreprocessing tower =
                ImagePreprocessing.read(
                        ReferenceFiles.reference("models/tiny-clip-vit-patch14-224"));
        ImagePreprocessing scenes =
                ImagePreprocessing.read(ReferenceFiles.shared("models/scenes-llava"));

        assertThat(tiny).isEqualTo(ImagePreprocessing.clip(Mode.CROP, 336));
        assertThat(tower).isEqualTo(ImagePreprocessing.clip(Mode.CROP, 224));
        assertThat(scenes).isEqualTo(ImagePreprocessing.clip(Mode.PAD, 112));
    }
}
