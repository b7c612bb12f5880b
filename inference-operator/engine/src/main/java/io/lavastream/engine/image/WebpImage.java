package io.lavastream.engine.image;

import io.lavastream.engine.NativeMemory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import org.bytedeco.leptonica.PIX;
import org.bytedeco.leptonica.global.leptonica;

/**
 * The pixels of a WebP file, without its alpha, by libwebp, which Leptonica's binding carries. Of an animation the first frame, on a
 * canvas that is black where the frame is not, as Pillow has it.
 */
final class WebpImage {
    private static final int RIFF_BYTES = 12;
    private static final int CHUNK_BYTES = 8;

    /** What an animation's frame says of itself before its own chunks. */
    private static final int FRAME_BYTES = 16;

    static {
        NativeMemory.liftLimits();
        // A broken image is answered, not printed.
        leptonica.setMsgSeverity(leptonica.L_SEVERITY_NONE);
    }

    private WebpImage() {}

    /**
     * Decodes {@code file}, whose {@code header} was found to be within the limits.
     *
     * @throws IOException if it is broken
     */
    static RgbImage decode(ImageHeader header, ByteBuffer file) throws IOException {
        ByteBuffer chunks = file.slice().order(ByteOrder.LITTLE_ENDIAN);
        int frame = frame(chunks);
        if (frame < 0) {
            byte[] all = new byte[chunks.limit()];
            chunks.get(0, all);
            return decode(all);
        }
        int content = frame + CHUNK_BYTES;
        return onCanvas(
                decode(still(chunks, content + FRAME_BYTES)),
                2 * unsigned24(chunks, content),
                2 * unsigned24(chunks, content + 3),
                header);
    }

    private static RgbImage decode(byte[] file) throws IOException {
        PIX image = leptonica.pixReadMemWebP(file, file.length);
        if (image == null) {
            throw new IOException("libwebp cannot decode it");
        }
        try {
            return rgb(image);
        } finally {
            leptonica.pixDestroy(image);
        }
    }

    /** A pixel is an int with red in its highest byte, and alpha or nothing in its lowest. */
    private static RgbImage rgb(PIX image) {
        int width = image.w();
        int height = image.h();
        IntBuffer pixels = image.createBuffer().order(ByteOrder.nativeOrder()).asIntBuffer();
        byte[] rgb = new byte[3 * width * height];
        int next = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int pixel = pixels.get(y * image.wpl() + x);
                rgb[next++] = (byte) (pixel >>> 24);
                rgb[next++] = (byte) (pixel >>> 16);
                rgb[next++] = (byte) (pixel >>> 8);
            }
        }
        return new RgbImage(width, height, rgb);
    }

    /** Position of the first frame of an animation; -1 for a still image. */
    private static int frame(ByteBuffer file) {
        int position = RIFF_BYTES;
        while (position <= file.limit() - CHUNK_BYTES) {
            switch (name(file, position)) {
                case "ANMF" -> {
                    return position;
                }
                case "VP8 ", "VP8L" -> {
                    return -1;
                }
                default -> position = next(file, position);
            }
        }
        return -1;
    }

    /** A frame's pixels as a file of their own; {@code position} is that of the frame's first chunk. */
    private static byte[] still(ByteBuffer file, int position) throws IOException {
        int pixels = position;
        while (!name(file, pixels).startsWith("VP8")) {
            pixels = next(file, pixels);
        }
        int bytes = next(file, pixels) - pixels;
        if (bytes < 0 || bytes > file.limit() - pixels) {
            throw new IOException("a frame ends after the file");
        }
        byte[] still = new byte[RIFF_BYTES + bytes];
        ByteBuffer.wrap(still)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put("RIFF".getBytes(StandardCharsets.US_ASCII))
                .putInt(still.length - CHUNK_BYTES)
                .put("WEBP".getBytes(StandardCharsets.US_ASCII))
                .put(file.slice(pixels, bytes));
        return still;
    }

    private static RgbImage onCanvas(RgbImage frame, int left, int top, ImageHeader canvas)
            throws IOException {
        if (frame.width() == canvas.width() && frame.height() == canvas.height()) {
            return frame;
        }
        if (left > canvas.width() - frame.width() || top > canvas.height() - frame.height()) {
            throw new IOException("a frame reaches beyond the canvas");
        }
        byte[] pixels = new byte[3 * canvas.width() * canvas.height()];
        for (int y = 0; y < frame.height(); y++) {
            System.arraycopy(
                    frame.pixels(),
                    3 * y * frame.width(),
                    pixels,
                    3 * ((top + y) * canvas.width() + left),
                    3 * frame.width());
        }
        return new RgbImage(canvas.width(), canvas.height(), pixels);
    }

    /** The next chunk begins at an even byte. */
    private static int next(ByteBuffer file, int chunk) {
        int length = file.getInt(chunk + 4);
        return Math.toIntExact(chunk + CHUNK_BYTES + Integer.toUnsignedLong(length) + (length & 1));
    }

    private static String name(ByteBuffer file, int chunk) {
        byte[] name = new byte[4];
        file.get(chunk, name);
        return new String(name, StandardCharsets.US_ASCII);
    }

    private static int unsigned24(ByteBuffer file, int position) {
        return Short.toUnsignedInt(file.getShort(position)) | (file.get(position + 2) & 0xFF) << 16;
    }
}
