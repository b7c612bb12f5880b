package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.lavastream.engine.image.ImagePreprocessing.Mode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImagePreprocessorTest {
    private static final int SIZE = 56;

    /** The ground that is never built gives what a built one gives. */
    @ParameterizedTest
    @CsvSource({"1,1", "100,1", "1,100", "90,60", "61,90", "30,20", "640,9", "7,333"})
    void padsAsIfTheSquareWereThere(int width, int height) {
        RgbImage image = Images.noise(width, height);
        int side = Math.max(width, height);
        byte[] square = new byte[3 * side * side];
        int left = (side - width) / 2;
        int top = (side - height) / 2;
        for (int i = 0; i < side * side; i++) {
            int x = i % side - left;
            int y = i / side - top;
            boolean inside = x >= 0 && x < width && y >= 0 && y < height;
            for (int channel = 0; channel < 3; channel++) {
                byte ground = (byte) new int[] {122, 116, 104}[channel];
                square[3 * i + channel] =
                        inside ? image.pixels()[3 * (y * width + x) + channel] : ground;
            }
        }

        byte[] padded = preprocessor(Mode.PAD).resize(image);

        assertThat(padded)
                .containsExactly(preprocessor(Mode.CROP).resize(new RgbImage(side, side, square)));
    }

    @Test
    void keepsAnImageThatFits() {
        RgbImage image = Images.noise(SIZE, SIZE);

        assertThat(preprocessor(Mode.PAD).resize(image)).containsExactly(image.pixels());
        assertThat(preprocessor(Mode.CROP).resize(image)).containsExactly(image.pixels());
    }

    @Test
    void keepsTheCentreOfAWideImage() {
        RgbImage image = Images.noise(SIZE + 11, SIZE);
        byte[] cropped = preprocessor(Mode.CROP).resize(image);

        for (int y = 0; y < SIZE; y++) {
            int from = 3 * (y * image.width() + 5);
            assertThat(Arrays.copyOfRange(cropped, 3 * y * SIZE, 3 * (y + 1) * SIZE))
                    .containsExactly(Arrays.copyOfRange(image.pixels(), from, from + 3 * SIZE));
        }
    }

    /** Built in full, the square or the resized strip would take gigabytes. */
    @ParameterizedTest
    @CsvSource({"16384,1", "1,16384", "16384,2048"})
    void takesLittleForExtremeShapes(int width, int height) {
        RgbImage image = new RgbImage(width, height, new byte[3 * width * height]);

        for (Mode mode : List.of(Mode.PAD, Mode.CROP)) {
            ImagePreprocessor preprocessor =
                    new ImagePreprocessor(ImagePreprocessing.clip(mode, 336));
            assertTimeout(Duration.ofSeconds(20), () -> preprocessor.resize(image));
        }
    }

    @Test
    void normalizesChannelsFirst() {
        RgbImage image = new RgbImage(1, 1, new byte[] {(byte) 255, 0, 51});
        PixelValues values = preprocessor(Mode.PAD).process(Images.encode(image, "png"));

        assertThat(values.size()).isEqualTo(SIZE);
        assertThat(values.values()[0]).isEqualTo((float) ((1 - 0.48145466) / 0.26862954));
        assertThat(values.values()[SIZE * SIZE]).isEqualTo((float) (-0.4578275 / 0.26130258));
        assertThat(values.values()[3 * SIZE * SIZE - 1])
                .isEqualTo((float) ((0.2 - 0.40821073) / 0.27577711));
    }

    private static ImagePreprocessor preprocessor(Mode mode) {
        return new ImagePreprocessor(ImagePreprocessing.clip(mode, SIZE));
    }
}
