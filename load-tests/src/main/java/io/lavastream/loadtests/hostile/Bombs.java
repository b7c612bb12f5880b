package io.lavastream.loadtests.hostile;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Files of kilobytes whose headers, or whose compressed parts, promise gigabytes. */
final class Bombs {
    private static final byte[] PNG = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private Bombs() {}

    /** One of each kind in turn, with sides from {@code side} up. */
    static byte[] of(int kind, int side) {
        return switch (Math.floorMod(kind, 6)) {
            case 0 -> png(side, side, 1_000);
            case 1 -> gif(Math.min(side, 65_535));
            case 2 -> bmp(side);
            case 3 -> jpeg(Math.min(side, 65_535));
            case 4 -> webp(side);
            default -> png(30_000, side, 10 << 20);
        };
    }

    /** Grey, 8 bits; {@code inflated} bytes of zeros for pixels. */
    static byte[] png(int width, int height, int inflated) {
        return written(
                file -> {
                    file.write(PNG);
                    chunk(
                            file,
                            "IHDR",
                            written(
                                    header -> {
                                        header.writeInt(width);
                                        header.writeInt(height);
                                        header.write(new byte[] {8, 0, 0, 0, 0});
                                    }));
                    chunk(file, "IDAT", deflated(inflated));
                    chunk(file, "IEND", new byte[0]);
                });
    }

    /** A sound pixel, and a compressed text of {@code inflated} bytes beside it. */
    static byte[] pngWithText(int inflated) {
        return written(
                file -> {
                    file.write(PNG);
                    chunk(
                            file,
                            "IHDR",
                            written(
                                    header -> {
                                        header.writeInt(1);
                                        header.writeInt(1);
                                        header.write(new byte[] {8, 0, 0, 0, 0});
                                    }));
                    chunk(
                            file,
                            "zTXt",
                            written(
                                    text -> {
                                        text.write("Comment\0\0".getBytes(ISO_8859_1));
                                        text.write(deflated(inflated));
                                    }));
                    chunk(file, "IDAT", deflated(2));
                    chunk(file, "IEND", new byte[0]);
                });
    }

    private static byte[] gif(int side) {
        return written(
                file -> {
                    file.write("GIF89a".getBytes(ISO_8859_1));
                    file.write(littleEndian(side, side));
                    file.write(new byte[] {0, 0, 0, ','});
                    file.write(littleEndian(0, 0));
                    file.write(littleEndian(side, side));
                    file.write(new byte[] {0, 2, 1, 0, 0, ';'});
                });
    }

    private static byte[] bmp(int side) {
        ByteBuffer file = ByteBuffer.allocate(54 + 64).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 'B').put((byte) 'M').putInt(file.capacity()).putInt(0).putInt(54);
        file.putInt(40).putInt(side).putInt(side).putShort((short) 1).putShort((short) 24);
        return file.array();
    }

    private static byte[] jpeg(int side) {
        return written(
                file -> {
                    file.write(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xc0});
                    file.writeShort(17);
                    file.writeByte(8);
                    file.writeShort(side);
                    file.writeShort(side);
                    file.write(new byte[] {3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1});
                    file.write(new byte[] {(byte) 0xff, (byte) 0xd9});
                });
    }

    /** The extended form, whose canvas has sides of 24 bits less one. */
    private static byte[] webp(int side) {
        ByteBuffer file = ByteBuffer.allocate(30).order(ByteOrder.LITTLE_ENDIAN);
        file.put("RIFF".getBytes(ISO_8859_1)).putInt(22);
        file.put("WEBPVP8X".getBytes(ISO_8859_1)).putInt(10).putInt(0);
        int last = side - 1;
        for (int i = 0; i < 2; i++) {
            file.put((byte) last).put((byte) (last >> 8)).put((byte) (last >> 16));
        }
        return file.array();
    }

    private static byte[] littleEndian(int first, int second) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) first)
                .putShort((short) second)
                .array();
    }

    private static byte[] deflated(int zeros) {
        return written(
                file -> {
                    try (DeflaterOutputStream deflater = new DeflaterOutputStream(file)) {
                        deflater.write(new byte[zeros]);
                    }
                });
    }

    private static void chunk(DataOutputStream file, String type, byte[] content)
            throws IOException {
        CRC32 crc = new CRC32();
        crc.update(type.getBytes(ISO_8859_1));
        crc.update(content);
        file.writeInt(content.length);
        file.write(type.getBytes(ISO_8859_1));
        file.write(content);
        file.writeInt((int) crc.getValue());
    }

    /** Writes a part of a file. */
    private interface Part {
        void writeTo(DataOutputStream file) throws IOException;
    }

    private static byte[] written(Part part) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            part.writeTo(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
