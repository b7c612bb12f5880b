package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImagePreprocessor;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.reference.GoldenCase;
import io.lavastream.engine.reference.Npy;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.util.BitSet;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * From a lossless image file to features, in the original layout: with a tower in a directory of
 * its own, of 224 pixels, behind one linear layer, and inside the checkpoint.
 */
class VisionGoldenTest {
    private static final float TOLERANCE = 1e-4f;

    @ParameterizedTest
    @CsvSource({
        "tiny-llava-orig, c02_very_tall",
        "tiny-llava-orig, c04_two_images",
        "tiny-llava-orig, c06_llava_v0",
        "tiny-llava-v0, c02_vicuna_v1",
        "tiny-llava-v0, c04_mmtag",
    })
    void featuresMatch(String model, String name) throws IOException {
        GoldenCase golden = Reference.golden(model, name);
        try (LlavaModel llava = load(model)) {
            for (int i = 0; i < golden.images().size(); i++) {
                assertFeatures(llava, golden, i, pixels(golden, i, side(model)));
            }
        }
    }

    /** The first tile is the whole image, which for a square one is the image resized. */
    @Test
    void theTowerInsideATiledModelMatches() throws IOException {
        GoldenCase golden = Reference.golden("tiny-llava-hd", "c04_two_images_unpad");
        int firstTileOfTheSquareImage = 4;
        try (LlavaModel llava = load("tiny-llava-hd")) {
            assertThat(golden.images().get(1)).endsWith("two_by_two.png");
            PixelValues pixels =
                    new ImagePreprocessor(ImagePreprocessing.clip(Mode.CROP, 336))
                            .process(image(golden, 1));

            assertFeatures(llava, golden, firstTileOfTheSquareImage, pixels);
        }
    }

    private static void assertFeatures(
            LlavaModel llava, GoldenCase golden, int index, PixelValues pixels) {
        assertRows(
                llava.visionFeatures(pixels),
                llava.imageTokens(),
                golden,
                golden.array("vision_hidden_select_layer_rows").at(index));
        assertRows(
                llava.encodeImage(pixels),
                llava.imageTokens(),
                golden,
                golden.array("projected_features_rows").at(index));
    }

    private static void assertRows(float[] found, int rows, GoldenCase golden, Npy expected) {
        int width = found.length / rows;
        int[] compared = golden.ints("feature_rows");
        for (int i = 0; i < compared.length; i++) {
            float[] row = expected.at(i).values();
            assertThat(row).hasSize(width);
            for (int j = 0; j < width; j++) {
                assertThat(found[compared[i] * width + j]).isCloseTo(row[j], within(TOLERANCE));
            }
        }
    }

    private static PixelValues pixels(GoldenCase golden, int index, int side) throws IOException {
        Mode mode = Mode.valueOf(golden.preprocess().toUpperCase(Locale.ROOT));
        return new ImagePreprocessor(ImagePreprocessing.clip(mode, side))
                .process(image(golden, index));
    }

    private static EncodedImage image(GoldenCase golden, int index) throws IOException {
        return EncodedImage.of(Files.readAllBytes(Reference.path(golden.images().get(index))));
    }

    private static int side(String model) {
        return model.equals("tiny-llava-v0") ? 224 : 336;
    }

    private static LlavaModel load(String model) {
        try (Checkpoint checkpoint = Checkpoint.open(Reference.path("models/" + model))) {
            return LlavaModel.open(
                    checkpoint, ModelSettings.of(1, 64), new BitSet(), LoadProgress.NONE);
        }
    }
}
