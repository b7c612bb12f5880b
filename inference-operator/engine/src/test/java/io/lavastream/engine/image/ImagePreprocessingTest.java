package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagePreprocessingTest {
    private static final String CONFIG =
            """
            {"do_resize": true, "size": {"shortest_edge": 336}, "resample": 3,
             "do_center_crop": true, "crop_size": {"height": 336, "width": 336},
             "do_rescale": true, "rescale_factor": 0.00392156862745098, "do_normalize": true,
             "image_mean": [0.48145466, 0.4578275, 0.40821073],
             "image_std": [0.26862954, 0.26130258, 0.27577711], "do_convert_rgb": true}
            """;

    @TempDir private Path directory;

    @Test
    void cropsUnlessToldToPad() throws IOException {
        assertThat(read(CONFIG)).isEqualTo(ImagePreprocessing.clip(Mode.CROP, 336));
        assertThat(read(changed("\"do_resize\": true", "\"do_pad\": true")))
                .isEqualTo(ImagePreprocessing.clip(Mode.PAD, 336));
        assertThat(read(CONFIG).withMode(Mode.PAD).mode()).isEqualTo(Mode.PAD);
    }

    @Test
    void acceptsKeysThatChangeNothing() throws IOException {
        String more = "\"do_resize\": true, \"device\": null, \"do_sharpen\": false";

        assertThat(read(changed("\"do_resize\": true", more)))
                .isEqualTo(ImagePreprocessing.clip(Mode.CROP, 336));
    }

    @Test
    void refusesWhatWouldChangePixels() {
        assertRefused("\"do_resize\": true", "\"do_resize\": false", "do_resize: false");
        assertRefused("\"do_resize\": true", "\"do_sharpen\": true", "do_sharpen: true");
        assertRefused("\"resample\": 3", "\"resample\": 2", "resample: 2 (expected: 3, bicubic)");
        assertRefused("\"width\": 336", "\"width\": 224", "crop_size: ");
        assertRefused("\"shortest_edge\": 336", "\"shortest_edge\": 0", "size: ");
        assertRefused("\"shortest_edge\": 336", "\"longest_edge\": 336", "size: ");
        assertRefused("0.00392156862745098", "0.5", "rescale_factor: 0.5 (expected: 1/255)");
        assertRefused("[0.26862954, ", "[0, ", "image_std: ");
        assertRefused("{\"do_resize\"", "[\"do_resize\"", "malformed JSON");
    }

    @Test
    void namesTheFileThatIsAbsent() {
        assertThatThrownBy(() -> ImagePreprocessing.read(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("preprocessor_config.json: cannot be read");
    }

    private void assertRefused(String old, String replacement, String message) {
        assertThatThrownBy(() -> read(changed(old, replacement)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("preprocessor_config.json: " + message);
    }

    private ImagePreprocessing read(String config) throws IOException {
        Files.writeString(directory.resolve("preprocessor_config.json"), config);
        return ImagePreprocessing.read(directory);
    }

    private static String changed(String old, String replacement) {
        assertThat(CONFIG).contains(old);
        return CONFIG.replace(old, replacement);
    }
}
