package io.lavastream.engine.image;

import java.nio.ByteBuffer;

/**
 * Where a GIF's first frame lies on its screen (GIF89a, sections 18 to 23).
 *
 * @param transparentIndex palette index of the frame's transparency, or -1
 */
record GifFrame(
        int screenWidth,
        int screenHeight,
        int left,
        int top,
        int width,
        int height,
        int transparentIndex) {

    private static final int IMAGE_SEPARATOR = 0x2C;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xF9;

    /**
     * Reads it from a little-endian buffer.
     *
     * @throws IndexOutOfBoundsException if the file ends, or has no frame, before it
     */
    static GifFrame read(ByteBuffer file) {
        int position = 13 + paletteBytes(file.get(10));
        int transparentIndex = -1;
        while (unsignedByte(file, position) == EXTENSION) {
            boolean control = unsignedByte(file, position + 1) == GRAPHIC_CONTROL;
            if (control && (file.get(position + 3) & 1) != 0) {
                transparentIndex = unsignedByte(file, position + 6);
            }
            position += 2;
            for (int length; (length = unsignedByte(file, position)) != 0; ) {
                position += 1 + length;
            }
            position++;
        }
        if (unsignedByte(file, position) != IMAGE_SEPARATOR) {
            throw new IndexOutOfBoundsException("no frame");
        }
        return new GifFrame(
                unsignedShort(file, 6),
                unsignedShort(file, 8),
                unsignedShort(file, position + 1),
                unsignedShort(file, position + 3),
                unsignedShort(file, position + 5),
                unsignedShort(file, position + 7),
                transparentIndex);
    }

    private static int paletteBytes(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
    }

    private static int unsignedByte(ByteBuffer file, int position) {
        return file.get(position) & 0xFF;
    }

    private static int unsignedShort(ByteBuffer file, int position) {
        return Short.toUnsignedInt(file.getShort(position));
    }
}
