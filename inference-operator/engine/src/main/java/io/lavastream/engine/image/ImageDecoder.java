package io.lavastream.engine.image;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.function.LongSupplier;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;

/**
 * Decodes image files to RGB as Pillow 9.4 does, which the reference uses: EXIF orientation, colour
 * profiles and gamma are not applied, alpha is dropped, of an animation the first frame is taken. Keeps no
 * cache on disk. Safe for use by several threads.
 *
 * <p>The readers are the JDK's and, for WebP, libwebp, which Pillow uses, too. For JPEG the JDK's libjpeg gives
 * the components, upsampled, and {@link JpegColors} their colours, because the JDK's own conversion depends on
 * profiles and knows no CMYK.
 */
public final class ImageDecoder {
    private final ImageLimits limits;
    private final LongSupplier nanoTime;

    public ImageDecoder(ImageLimits limits) {
        this(limits, System::nanoTime);
    }

    ImageDecoder(ImageLimits limits, LongSupplier nanoTime) {
        this.limits = requireNonNull(limits, "limits");
        this.nanoTime = nanoTime;
    }

    /**
     * The pixels of {@code image}.
     *
     * @throws EngineException with {@link ErrorCode#IMAGE_UNSUPPORTED}, {@link ErrorCode#IMAGE_TOO_LARGE} or
     *     {@link ErrorCode#IMAGE_CORRUPT}; the first two are decided before anything is decoded, but for the time
     */
    public RgbImage decode(EncodedImage image) {
        ImageHeader header = header(image);
        try {
            return switch (header.format()) {
                case JPEG -> jpeg(image.buffer());
                case WEBP -> WebpImage.decode(header, image.buffer());
                case PNG, GIF, BMP -> other(header, image.buffer());
            };
        } catch (EngineException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            // Readers meet broken bytes with whatever exception they run into.
            throw corrupt(header, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The size that {@code image} will have, from its header.
     *
     * @throws EngineException as {@link #decode}, for what is decided before anything is decoded
     */
    Resolution size(EncodedImage image) {
        ImageHeader header = header(image);
        return new Resolution(header.width(), header.height());
    }

    private ImageHeader header(EncodedImage image) {
        require(image.size(), limits.maxBytes(), "bytes");
        ImageHeader header = ImageHeader.read(image.buffer());
        check(header);
        return header;
    }

    private void check(ImageHeader header) {
        if (header.width() < 1 || header.height() < 1) {
            throw corrupt(
                    header, "%d x %d pixels".formatted(header.width(), header.height()), null);
        }
        require(Math.max(header.width(), header.height()), limits.maxSide(), "pixels a side");
        long pixels = (long) header.width() * header.height();
        require(pixels, limits.maxPixels(), "pixels");
        require(
                pixels * header.pixelBytes(),
                limits.maxSampleBytes(),
                "bytes of samples, %d x %d pixels of %d bytes"
                        .formatted(header.width(), header.height(), header.pixelBytes()));
    }

    private RgbImage jpeg(ByteBuffer file) throws IOException {
        JpegFrame frame = JpegFrame.read(file);
        EncodedStream stream = new EncodedStream(ByteBuffer.wrap(frame.stripped()));
        Raster raster = read(jdkReader("jpeg"), stream, reader -> reader.readRaster(0, null));
        if (stream.exhausted()) {
            throw new IOException("ends before its last row");
        }
        int width = raster.getWidth();
        int height = raster.getHeight();
        byte[] rgb = new byte[3 * width * height];
        byte[] row = new byte[raster.getNumBands() * width];
        for (int y = 0; y < height; y++) {
            raster.getDataElements(0, y, width, 1, row);
            frame.colors().toRgb(row, rgb, 3 * width * y);
        }
        return new RgbImage(width, height, rgb);
    }

    private RgbImage other(ImageHeader header, ByteBuffer file) throws IOException {
        ImageReader reader = jdkReader(header.format().name());
        BufferedImage image = read(reader, new EncodedStream(file), opened -> opened.read(0));
        RgbImage decoded = RasterColors.toRgb(image);
        if (header.format() != ImageFormat.GIF) {
            return decoded;
        }
        GifFrame frame = GifFrame.read(file.order(ByteOrder.LITTLE_ENDIAN));
        return onScreen(decoded, frame, header, (IndexColorModel) image.getColorModel());
    }

    /** A GIF's frame on its screen, whose rest Pillow fills with the transparent colour, or the first. */
    private static RgbImage onScreen(
            RgbImage frame, GifFrame place, ImageHeader screen, IndexColorModel palette) {
        if (frame.width() == screen.width() && frame.height() == screen.height()) {
            return frame;
        }
        int background = palette.getRGB(Math.max(place.transparentIndex(), 0));
        byte[] pixels = new byte[3 * screen.width() * screen.height()];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (background >> (16 - 8 * (i % 3)));
        }
        for (int y = 0; y < frame.height(); y++) {
            int to = 3 * ((place.top() + y) * screen.width() + place.left());
            System.arraycopy(frame.pixels(), 3 * y * frame.width(), pixels, to, 3 * frame.width());
        }
        return new RgbImage(screen.width(), screen.height(), pixels);
    }

    private <T> T read(ImageReader reader, EncodedStream stream, Reading<T> reading)
            throws IOException {
        try (stream) {
            boolean forwardOnly = true;
            boolean ignoreMetadata = true;
            reader.setInput(stream, forwardOnly, ignoreMetadata);
            ReadingTime time = new ReadingTime(limits.maxReading(), nanoTime);
            reader.addIIOReadProgressListener(time);
            T read = reading.from(reader);
            if (time.exceeded()) {
                throw new EngineException(
                        ErrorCode.IMAGE_TOO_LARGE,
                        "image: takes longer to read than it may (limit: %s)"
                                .formatted(limits.maxReading()));
            }
            return read;
        } finally {
            reader.dispose();
        }
    }

    /** The JDK's reader, whatever other plug-ins are registered beside it. */
    private static ImageReader jdkReader(String format) {
        Iterator<ImageReader> readers = ImageIO.getImageReadersByFormatName(format);
        while (readers.hasNext()) {
            ImageReader reader = readers.next();
            if (reader.getClass().getModule() == ImageIO.class.getModule()) {
                return reader;
            }
        }
        throw new IllegalStateException("no reader of the JDK for " + format);
    }

    private static void require(long found, long limit, String unit) {
        if (found > limit) {
            throw new EngineException(
                    ErrorCode.IMAGE_TOO_LARGE,
                    "image: %d %s (limit: %d)".formatted(found, unit, limit));
        }
    }

    private static EngineException corrupt(ImageHeader header, String found, Throwable cause) {
        return new EngineException(
                ErrorCode.IMAGE_CORRUPT,
                "image: broken %s: %s (expected: a complete file)"
                        .formatted(header.format(), found),
                cause);
    }

    private interface Reading<T> {
        T from(ImageReader reader) throws IOException;
    }
}
