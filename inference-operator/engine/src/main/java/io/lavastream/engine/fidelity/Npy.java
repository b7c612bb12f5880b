package io.lavastream.engine.fidelity;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A NumPy array file, version 1.0, little-endian, C order; float32 or uint8.
 *
 * @param shape dimensions, outermost first
 * @param values in C order; bytes as 0 to 255
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, and only ever read.
public record Npy(int[] shape, float[] values) {
    private static final Pattern HEADER =
            Pattern.compile(
                    "'descr': '([<|]\\w+)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\)");

    /** Where the header's length stands, and where the header begins. */
    private static final int LENGTH_AT = 8;

    private static final int HEADER_AT = 10;

    /**
     * Reads {@code file} whole.
     *
     * @throws IllegalArgumentException if it is not such a file
     * @throws UncheckedIOException if it cannot be read
     */
    public static Npy read(Path file) {
        try {
            return parse(
                    file.toString(),
                    ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Values per index of the first dimension. */
    public int stride() {
        return shape[0] == 0 ? 0 : values.length / shape[0];
    }

    /** The values at {@code index} of the first dimension, as an array of the remaining ones. */
    public Npy at(int index) {
        if (shape.length == 0 || index < 0 || index >= shape[0]) {
            throw new IllegalArgumentException(
                    "index: %d of shape %s (expected: within the first dimension)"
                            .formatted(index, Arrays.toString(shape)));
        }
        return new Npy(
                Arrays.copyOfRange(shape, 1, shape.length),
                Arrays.copyOfRange(values, index * stride(), (index + 1) * stride()));
    }

    private static Npy parse(String name, ByteBuffer bytes) {
        int headerBytes =
                bytes.limit() < HEADER_AT ? -1 : Short.toUnsignedInt(bytes.getShort(LENGTH_AT));
        if (headerBytes < 0 || bytes.limit() < HEADER_AT + headerBytes) {
            throw new IllegalArgumentException(
                    "%s: %d bytes (expected: an .npy file)".formatted(name, bytes.limit()));
        }
        byte[] text = new byte[headerBytes];
        bytes.get(HEADER_AT, text);
        String header = new String(text, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException(
                    "%s: header %s (expected: C order, float32 or uint8)"
                            .formatted(name, header.strip()));
        }
        int[] shape =
                Stream.of(matcher.group(2).split(","))
                        .map(String::strip)
                        .filter(dimension -> !dimension.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray();
        ByteBuffer data = bytes.position(HEADER_AT + headerBytes);
        return new Npy(shape, values(name, data, matcher.group(1), shape));
    }

    private static float[] values(String name, ByteBuffer data, String type, int[] shape) {
        int width =
                switch (type) {
                    case "<f4" -> Float.BYTES;
                    case "|u1" -> Byte.BYTES;
                    default ->
                            throw new IllegalArgumentException(
                                    "%s: dtype %s (expected: <f4 or |u1)".formatted(name, type));
                };
        long count = Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
        if (count * width != data.remaining()) {
            throw new IllegalArgumentException(
                    "%s: %d bytes of values (expected: %d for shape %s)"
                            .formatted(
                                    name, data.remaining(), count * width, Arrays.toString(shape)));
        }
        float[] values = new float[(int) count];
        for (int i = 0; i < values.length; i++) {
            values[i] = width == 1 ? Byte.toUnsignedInt(data.get()) : data.getFloat();
        }
        return values;
    }
}
