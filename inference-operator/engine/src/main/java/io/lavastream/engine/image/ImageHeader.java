package io.lavastream.engine.image;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * What a file's header says of its size, read without decoding anything. Where a format states a size twice
 * (a canvas and a frame on it), each is the larger of both, so that no allocation escapes the limits.
 *
 * @param width of all that decoding allocates, in pixels; 0 for a broken file
 * @param pixelBytes of a pixel as its reader keeps it: channels times bytes a sample, at least
 */
record ImageHeader(ImageFormat format, int width, int height, int pixelBytes) {
    /** Codings 4 and 5 are whole JPEG and PNG files, whose size no header limits. */
    private static final int BMP_BIT_FIELDS = 3;

    private static final int RGBA = 4;

    /**
     * Reads the header of {@code file}.
     *
     * @throws EngineException with {@link ErrorCode#IMAGE_UNSUPPORTED} if it is no supported image, with
     *     {@link ErrorCode#IMAGE_CORRUPT} if the header is cut off or contradicts itself
     */
    static ImageHeader read(ByteBuffer file) {
        ImageFormat format = ImageFormat.of(file).orElseThrow(() -> unsupported(file));
        try {
            return switch (format) {
                case PNG -> png(file);
                case JPEG -> jpeg(file);
                case GIF -> gif(file.order(ByteOrder.LITTLE_ENDIAN));
                case BMP -> bmp(file.order(ByteOrder.LITTLE_ENDIAN));
                case WEBP -> webp(file.order(ByteOrder.LITTLE_ENDIAN));
            };
        } catch (IndexOutOfBoundsException e) {
            throw new EngineException(
                    ErrorCode.IMAGE_CORRUPT,
                    "image: %s of %d bytes ends within its header (expected: a complete file)"
                            .formatted(format, file.limit()),
                    e);
        }
    }

    /** Walks to the pixels, because readers size arrays by a chunk's length. */
    private static ImageHeader png(ByteBuffer file) {
        int position = 8;
        while (!text(file, position + 4).equals("IDAT")) {
            position = next(file, position + 12, file.getInt(position));
        }
        return new ImageHeader(
                ImageFormat.PNG, file.getInt(16), file.getInt(20), pngPixelBytes(file));
    }

    private static int pngPixelBytes(ByteBuffer file) {
        int channels =
                switch (file.get(25)) {
                    case 0, 3 -> 1;
                    case 2 -> 3;
                    case 4 -> 2;
                    default -> 4;
                };
        return file.get(24) == 16 ? 2 * channels : channels;
    }

    private static ImageHeader jpeg(ByteBuffer file) {
        JpegFrame frame = JpegFrame.read(file);
        return new ImageHeader(
                ImageFormat.JPEG, frame.width(), frame.height(), frame.colors().components());
    }

    private static ImageHeader gif(ByteBuffer file) {
        GifFrame frame = GifFrame.read(file);
        return new ImageHeader(
                ImageFormat.GIF,
                Math.max(frame.screenWidth(), frame.left() + frame.width()),
                Math.max(frame.screenHeight(), frame.top() + frame.height()),
                1);
    }

    /** Checks what readers size arrays by: the palette and an embedded profile. */
    private static ImageHeader bmp(ByteBuffer file) {
        int headerSize = file.getInt(14);
        next(file, 14, headerSize);
        next(file, 0, file.getInt(10));
        if (headerSize == 12) {
            return new ImageHeader(
                    ImageFormat.BMP,
                    unsignedShort(file, 18),
                    unsignedShort(file, 20),
                    bytes(unsignedShort(file, 24)));
        }
        int coding = file.getInt(30);
        if (coding < 0 || coding > BMP_BIT_FIELDS) {
            throw new EngineException(
                    ErrorCode.IMAGE_UNSUPPORTED,
                    "image: BMP of coding %d (expected: 0 to %d)"
                            .formatted(coding, BMP_BIT_FIELDS));
        }
        next(file, 0, file.getInt(46));
        if (headerSize >= 124) {
            next(file, 0, file.getInt(126));
        }
        // A negative height means that rows go from top to bottom.
        return new ImageHeader(
                ImageFormat.BMP,
                file.getInt(18),
                Math.abs(file.getInt(22)),
                bytes(unsignedShort(file, 28)));
    }

    private static int bytes(int bits) {
        return Math.max(1, bits / Byte.SIZE);
    }

    /** The canvas of the extended format, and the first frame, which must fit on it. */
    private static ImageHeader webp(ByteBuffer file) {
        int canvasWidth = 0;
        int canvasHeight = 0;
        int position = 12;
        while (true) {
            String chunk = text(file, position);
            int content = position + 8;
            int length = file.getInt(position + 4);
            int end = next(file, content, length);
            switch (chunk) {
                case "VP8X" -> {
                    canvasWidth = 1 + unsigned24(file, content + 4);
                    canvasHeight = 1 + unsigned24(file, content + 7);
                }
                case "ANMF" -> {
                    position = content + 16;
                    continue;
                }
                case "VP8 " -> {
                    return new ImageHeader(
                            ImageFormat.WEBP,
                            Math.max(canvasWidth, unsignedShort(file, content + 6) & 0x3FFF),
                            Math.max(canvasHeight, unsignedShort(file, content + 8) & 0x3FFF),
                            RGBA);
                }
                case "VP8L" -> {
                    int bits = file.getInt(content + 1);
                    return new ImageHeader(
                            ImageFormat.WEBP,
                            Math.max(canvasWidth, 1 + (bits & 0x3FFF)),
                            Math.max(canvasHeight, 1 + ((bits >>> 14) & 0x3FFF)),
                            RGBA);
                }
                default -> {
                    // Metadata, a palette of alphas: nothing that says a size.
                }
            }
            position = end + (length & 1);
        }
    }

    /** {@code position + length}, within the file: a length that leads out of it is a lie. */
    private static int next(ByteBuffer file, int position, int length) {
        long next = position + Integer.toUnsignedLong(length);
        if (next > file.limit()) {
            throw new IndexOutOfBoundsException("%d bytes at %d".formatted(length, position));
        }
        return (int) next;
    }

    private static EngineException unsupported(ByteBuffer file) {
        return new EngineException(
                ErrorCode.IMAGE_UNSUPPORTED,
                "image: %d bytes of an unknown format (expected: PNG, JPEG, GIF, BMP or WebP)"
                        .formatted(file.limit()));
    }

    private static String text(ByteBuffer file, int position) {
        byte[] name = new byte[4];
        file.get(position, name);
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    private static int unsignedShort(ByteBuffer file, int position) {
        return Short.toUnsignedInt(file.getShort(position));
    }

    private static int unsigned24(ByteBuffer file, int position) {
        return unsignedShort(file, position) | ((file.get(position + 2) & 0xFF) << 16);
    }
}
