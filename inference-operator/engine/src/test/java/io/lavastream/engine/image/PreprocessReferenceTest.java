package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equal pixels with Pillow and the reference's processor, for every image and mode of the manifest. */
class PreprocessReferenceTest {
    private static final ImageDecoder DECODER = new ImageDecoder(ImageLimits.defaults());

    @Test
    void decodesEveryImageToTheBit() {
        int equal = 0;
        for (JsonNode image : images()) {
            RgbImage decoded = decode(image.get("image").asText());
            assertThat(decoded.width()).isEqualTo(image.get("width").intValue());
            assertThat(decoded.height()).isEqualTo(image.get("height").intValue());
            assertThat(sha256(decoded.pixels()))
                    .as("%s, JPEG: %s", image.get("image"), differenceOfJpeg(image, decoded))
                    .isEqualTo(image.get("decoded_rgb_sha256").asText());
            equal++;
        }
        System.out.printf("decoded images: %d bit-exact%n", equal);
    }

    @Test
    void resizesEveryImageToTheBit() {
        int equal = 0;
        for (JsonNode image : images()) {
            RgbImage decoded = decode(image.get("image").asText());
            for (String mode : List.of("pad336", "crop336", "pad224", "crop224")) {
                byte[] resized = new ImagePreprocessor(settings(mode)).resize(decoded);
                assertThat(sha256(resized))
                        .as("%s %s", image.get("image"), mode)
                        .isEqualTo(image.at("/modes/" + mode + "/rgb_sha256").asText());
                equal++;
            }
        }
        System.out.printf("preprocessed images: %d bit-exact%n", equal);
    }

    @Test
    void normalizesAsTheReferenceDoes() {
        float[] expected =
                ReferenceFiles.floats(
                        ReferenceFiles.reference("preprocess/float_example_pad336.npy"));
        PixelValues actual =
                new ImagePreprocessor(settings("pad336"))
                        .process(encoded("images/extreme_ironing.jpg"));

        int side = 336 / 4;
        assertThat(expected).hasSize(3 * side * side);
        for (int i = 0; i < expected.length; i++) {
            int channel = i / (side * side);
            int y = i / side % side * 4;
            int x = i % side * 4;
            float value = actual.values()[(channel * 336 + y) * 336 + x];
            assertThat(value).isCloseTo(expected[i], within(1e-6f));
        }
    }

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

    private static JsonNode images() {
        JsonNode manifest =
                ReferenceFiles.json(ReferenceFiles.reference("preprocess/manifest.json"));
        assertThat(manifest.get("images")).hasSizeGreaterThan(20);
        return manifest.get("images");
    }

    /** Share of equal pixels and largest step to the reference's decoded JPEG, where it is there. */
    private static String differenceOfJpeg(JsonNode image, RgbImage decoded) {
        if (!image.has("decoded_rgb_png")) {
            return "no pixels to compare with";
        }
        RgbImage expected = decode(image.get("decoded_rgb_png").asText());
        int equal = 0;
        int largest = 0;
        for (int i = 0; i < expected.pixels().length; i++) {
            int step = Math.abs((expected.pixels()[i] & 0xFF) - (decoded.pixels()[i] & 0xFF));
            equal += step == 0 ? 1 : 0;
            largest = Math.max(largest, step);
        }
        return "%.3f of the samples equal, largest step %d"
                .formatted(equal / (double) expected.pixels().length, largest);
    }

    private static ImagePreprocessing settings(String mode) {
        int size = Integer.parseInt(mode.substring(mode.length() - 3));
        return ImagePreprocessing.clip(mode.startsWith("pad") ? Mode.PAD : Mode.CROP, size);
    }

    private static RgbImage decode(String path) {
        return DECODER.decode(encoded(path));
    }

    private static EncodedImage encoded(String path) {
        Path file = ReferenceFiles.reference(path);
        return EncodedImage.of(ReferenceFiles.bytes(file));
    }

    private static String sha256(byte[] content) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
