package io.lavastream.engine.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.ReferenceFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults());

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp"})
    void keepsEveryPixel(String format) {
        RgbImage image = Images.noise(13, 7);

        RgbImage decoded = decoder.decode(Images.encode(image, format));

        assertThat(decoded.width()).isEqualTo(13);
        assertThat(decoded.pixels()).containsExactly(image.pixels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpeg", "gif"})
    void stopsReadingWhatTakesTooLong(String format) {
        EncodedImage image = Images.encode(Images.noise(64, 400), format);
        AtomicLong seconds = new AtomicLong();
        ImageDecoder slow =
                new ImageDecoder(
                        ImageLimits.defaults(),
                        () -> Duration.ofSeconds(seconds.getAndAdd(2)).toNanos());

        assertThatThrownBy(() -> slow.decode(image))
                .isInstanceOfSatisfying(
                        EngineException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.IMAGE_TOO_LARGE))
                .hasMessage("image: takes longer to read than it may (limit: PT10S)");
        assertThat(seconds.get()).isLessThan(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpeg", "gif"})
    void decodesOnePixel(String format) {
        RgbImage grey = new RgbImage(1, 1, new byte[] {100, 100, 100});

        assertThat(decoder.decode(Images.encode(grey, format)).pixels()).contains(100, 100, 100);
    }

    @Test
    void decodesLosslessWebP() {
        // Made with libwebp: 3 x 2 pixels of the six colours below.
        String file =
                "UklGRkIAAABXRUJQVlA4TDYAAAAvAkAAAC9AkG2zQdzr/jLTIJO2yV//dmZtZNI2rYf986+y8x9o5JGs"
                        + "+wYEApSx4oFtIvof4wU=";

        RgbImage decoded = decoder.decode(EncodedImage.of(Base64.getDecoder().decode(file)));

        byte[] half = Arrays.copyOf(Base64.getDecoder().decode(file), 50);
        assertRefused(half, ErrorCode.IMAGE_CORRUPT, "complete file");
        assertThat(decoded.width()).isEqualTo(3);
        assertThat(unsigned(decoded))
                .containsExactly(
                        255, 0, 0, 0, 255, 0, 0, 0, 255, 10, 20, 30, 200, 100, 50, 255, 255, 255);
    }

    /** With segments and the normal loop filter, of an odd size; the digest is that of dwebp 1.2.4's pixels. */
    @Test
    void decodesLossyWebPAsLibwebpDoes() throws Exception {
        RgbImage decoded = decoder.decode(resource("photo.webp"));

        assertThat(decoded.width()).isEqualTo(61);
        assertThat(sha256(decoded))
                .isEqualTo("052f892a8297bd7d69daaf3855753a0cbabf722c0f9d06c9e56c44401038e2be");
    }

    /** A frame of 16 x 16 pixels at (4, 2) on a canvas of 61 x 47, which is black elsewhere. */
    @Test
    void decodesTheFirstFrameOfAnAnimatedWebP() throws Exception {
        EncodedImage file = resource("animation.webp");

        RgbImage decoded = decoder.decode(file);

        assertThat(decoder.size(file)).isEqualTo(new Resolution(61, 47));
        assertThat(decoded.height()).isEqualTo(47);
        assertThat(sha256(decoded))
                .isEqualTo("161c1f26607c55149ffa099d5e9a7bf469c1fff5cbc3d66f94cfa9d252eeaf62");
    }

    @Test
    void refusesABrokenWebP() throws Exception {
        byte[] photo = bytes("photo.webp");
        byte[] animation = bytes("animation.webp");

        assertRefused(
                Arrays.copyOf(photo, photo.length / 2), ErrorCode.IMAGE_CORRUPT, "complete file");
        byte[] outside = animation.clone();
        outside[12 + 18 + 14 + 8] = 100; // the frame's place, in steps of two pixels
        assertRefused(outside, ErrorCode.IMAGE_CORRUPT, "reaches beyond the canvas");
        Random random = new Random(12);
        for (int i = 0; i < 500; i++) {
            byte[] broken = (i % 2 == 0 ? photo : animation).clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            }
            try {
                decoder.decode(EncodedImage.of(broken));
            } catch (EngineException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
    }

    @Test
    void placesAGifFrameOnItsScreen() {
        byte[] file = Images.bytes(new RgbImage(2, 1, new byte[] {9, 9, 9, 9, 9, 9}), "gif");
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putShort(6, (short) 4);

        RgbImage decoded = decoder.decode(EncodedImage.of(file));

        assertThat(decoded.width()).isEqualTo(4);
        assertThat(Arrays.copyOf(decoded.pixels(), 6)).containsOnly(9);
    }

    @Test
    void refusesHugeImagesByTheirHeader() {
        assertRefused(png(30_000, 30_000), ErrorCode.IMAGE_TOO_LARGE, "30000 pixels a side");
        assertRefused(png(16_000, 16_000), ErrorCode.IMAGE_TOO_LARGE, "256000000 pixels");
        assertRefused(png(Integer.MAX_VALUE, 1), ErrorCode.IMAGE_TOO_LARGE, "2147483647 pixels");
        assertRefused(png(0, 5), ErrorCode.IMAGE_CORRUPT, "0 x 5 pixels");
        assertRefused(png(-1, 5), ErrorCode.IMAGE_CORRUPT, "-1 x 5 pixels");
    }

    @Test
    void countsTheBytesOfEverySample() {
        byte[] wide = png(8_192, 4_096);
        wide[24] = 16;
        wide[25] = 6;
        ImageDecoder strict =
                new ImageDecoder(new ImageLimits(10_000, 100, 10_000, 191, Duration.ofSeconds(1)));

        assertRefused(
                wide,
                ErrorCode.IMAGE_TOO_LARGE,
                "268435456 bytes of samples, 8192 x 4096 pixels of 8 bytes (limit: 134217728)");
        for (String format : new String[] {"png", "bmp", "jpeg"}) {
            assertThatThrownBy(() -> strict.decode(Images.encode(Images.noise(8, 8), format)))
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "image: 192 bytes of samples, 8 x 8 pixels of 3 bytes (limit: 191)");
        }
    }

    @Test
    void refusesAGifFrameLargerThanItsScreen() {
        byte[] file = Images.bytes(Images.noise(2, 2), "gif");
        GifFrame frame = GifFrame.read(ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN));
        assertThat(frame.width()).isEqualTo(2);
        for (int i = 13; i < file.length - 9; i++) {
            if (file[i] == 0x2C && file[i + 5] == 2 && file[i + 7] == 2) {
                file[i + 6] = (byte) 0xEA;
                break;
            }
        }
        assertRefused(file, ErrorCode.IMAGE_TOO_LARGE, "59906 pixels a side");
    }

    @Test
    void refusesAJpegOfTooManyScans() {
        byte[] file = Images.bytes(Images.noise(8, 8), "jpeg");
        byte[] more = Arrays.copyOf(file, file.length + 202);
        for (int i = file.length; i < more.length; i += 2) {
            more[i] = (byte) 0xFF;
            more[i + 1] = (byte) 0xDA;
        }

        assertRefused(more, ErrorCode.IMAGE_UNSUPPORTED, "64 pixels in 102 scans (limit: 100)");
    }

    @Test
    void permitsALargeJpegFewerScans() {
        byte[] file = Images.bytes(Images.noise(8, 8), "jpeg");
        byte[] more = Arrays.copyOf(file, file.length + 32);
        for (int i = file.length; i < more.length; i += 2) {
            more[i] = (byte) 0xFF;
            more[i + 1] = (byte) 0xDA;
        }
        for (int i = 0; i < file.length - 9; i++) {
            if ((file[i] & 0xFF) == 0xFF && (file[i + 1] & 0xFF) == 0xC0) {
                ByteBuffer.wrap(more).putShort(i + 5, (short) 4096).putShort(i + 7, (short) 8192);
                break;
            }
        }

        assertRefused(more, ErrorCode.IMAGE_UNSUPPORTED, "33554432 pixels in 17 scans (limit: 16)");
    }

    @Test
    void refusesABmpThatHoldsAnotherFormat() {
        byte[] file = Images.bytes(Images.noise(8, 8), "bmp");
        file[30] = 5;

        assertRefused(file, ErrorCode.IMAGE_UNSUPPORTED, "BMP of coding 5");
    }

    /** Readers allocate what a length says before they find that the bytes are not there. */
    @Test
    void refusesLengthsThatLeadOutOfTheFile() {
        byte[] bmp = Images.bytes(Images.noise(8, 8), "bmp");
        ByteBuffer.wrap(bmp).order(ByteOrder.LITTLE_ENDIAN).putInt(46, 0x1000_0000);
        byte[] png = png(1, 1);
        System.arraycopy("PLTE".getBytes(StandardCharsets.US_ASCII), 0, png, 37, 4);
        ByteBuffer.wrap(png).putInt(33, 0x6000_0000);

        assertRefused(bmp, ErrorCode.IMAGE_CORRUPT, "ends within its header");
        assertRefused(png, ErrorCode.IMAGE_CORRUPT, "ends within its header");
    }

    @Test
    void refusesAFileOfTooManyBytes() {
        ImageDecoder strict =
                new ImageDecoder(new ImageLimits(10, 100, 100, 100, Duration.ofSeconds(1)));

        assertThatThrownBy(() -> strict.decode(EncodedImage.of(png(1, 1))))
                .isInstanceOf(EngineException.class)
                .hasMessage("image: 45 bytes (limit: 10)");
    }

    @Test
    void refusesWhatIsNoImage() {
        byte[] text = "this is no picture".getBytes(StandardCharsets.UTF_8);

        assertRefused(text, ErrorCode.IMAGE_UNSUPPORTED, "18 bytes of an unknown format");
        assertRefused(new byte[0], ErrorCode.IMAGE_UNSUPPORTED, "0 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpeg", "gif"})
    void refusesATruncatedFile(String format) {
        byte[] file = Images.bytes(Images.noise(40, 30), format);

        for (int length :
                new int[] {12, 20, file.length / 4, file.length / 2, file.length * 9 / 10}) {
            assertRefused(Arrays.copyOf(file, length), ErrorCode.IMAGE_CORRUPT, "complete file");
        }
    }

    @Test
    void refusesTruncatedFilesOfTheReference() {
        for (String name :
                new String[] {
                    "extreme_ironing.jpg", "progressive_260x173.jpg", "cmyk_240x160.jpg",
                    "palette_150x100.png", "gif_60x44.gif", "rgb16_40x56.png"
                }) {
            byte[] file = ReferenceFiles.bytes(ReferenceFiles.reference("images/" + name));
            assertRefused(
                    Arrays.copyOf(file, file.length / 2), ErrorCode.IMAGE_CORRUPT, "complete");
        }
    }

    /** Whatever is wrong with a file, its author hears of it: no other exception gets out. */
    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "jpeg", "gif"})
    void survivesBrokenBytes(String format) {
        byte[] file = Images.bytes(Images.noise(20, 15), format);
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 500; i++) {
            byte[] broken = file.clone();
            for (int j = 0; j <= random.nextInt(4); j++) {
                int reach = random.nextBoolean() ? Math.min(120, file.length) : file.length;
                broken[random.nextInt(reach)] = (byte) random.nextInt();
            }
            try {
                decoder.decode(EncodedImage.of(broken));
            } catch (EngineException e) {
                assertThat(e.code()).isNotEqualTo(ErrorCode.INTERNAL);
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    private static EncodedImage resource(String name) throws IOException {
        return EncodedImage.of(bytes(name));
    }

    private static byte[] bytes(String name) throws IOException {
        try (InputStream file = ImageDecoderTest.class.getResourceAsStream(name)) {
            return file.readAllBytes();
        }
    }

    private static String sha256(RgbImage image) throws NoSuchAlgorithmException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(image.pixels()));
    }

    private static int[] unsigned(RgbImage image) {
        return IntStream.range(0, image.pixels().length)
                .map(i -> image.pixels()[i] & 0xFF)
                .toArray();
    }

    private void assertRefused(byte[] file, ErrorCode code, String message) {
        assertThatThrownBy(() -> decoder.decode(EncodedImage.of(file)))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    /** A PNG of a header and an empty image. */
    private static byte[] png(int width, int height) {
        ByteBuffer file = ByteBuffer.allocate(45);
        file.put("\u0089PNG\r\n\u001A\n".getBytes(StandardCharsets.ISO_8859_1));
        file.putInt(13).put("IHDR".getBytes(StandardCharsets.US_ASCII));
        file.putInt(width).putInt(height).put(new byte[] {8, 2, 0, 0, 0}).putInt(0);
        file.putInt(0).put("IDAT".getBytes(StandardCharsets.US_ASCII)).putInt(0);
        return file.array();
    }
}
