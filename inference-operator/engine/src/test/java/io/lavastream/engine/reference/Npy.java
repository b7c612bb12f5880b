package io.lavastream.engine.reference;

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
@SuppressWarnings("ArrayRecordComponent") // Test data, only ever read.
public record Npy(int[] shape, float[] values) {
    private static final Pattern HEADER =
            Pattern.compile(
                    "'descr': '([<|]\\w+)', 'fortran_order': False, 'shape': \\(([0-9, ]*)\\)");

    public static Npy read(Path file) {
        ByteBuffer bytes;
        try {
            bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int headerBytes = bytes.getShort(8);
        String header = new String(bytes.array(), 10, headerBytes, StandardCharsets.US_ASCII);
        Matcher matcher = HEADER.matcher(header);
        if (!matcher.find()) {
            throw new IllegalArgumentException("%s: header %s".formatted(file, header));
        }
        int[] shape =
                Stream.of(matcher.group(2).split(","))
                        .map(String::strip)
                        .filter(dimension -> !dimension.isEmpty())
                        .mapToInt(Integer::parseInt)
                        .toArray();
        return new Npy(shape, values(bytes.position(10 + headerBytes), matcher.group(1), shape));
    }

    /** Values per index of the first dimension. */
    public int stride() {
        return values.length / shape[0];
    }

    /** The values at {@code index} of the first dimension, as an array of the remaining ones. */
    public Npy at(int index) {
        return new Npy(
                Arrays.copyOfRange(shape, 1, shape.length),
                Arrays.copyOfRange(values, index * stride(), (index + 1) * stride()));
    }

    private static float[] values(ByteBuffer data, String type, int[] shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] =
                    switch (type) {
                        case "<f4" -> data.getFloat();
                        case "|u1" -> Byte.toUnsignedInt(data.get());
                        default -> throw new IllegalArgumentException("dtype " + type);
                    };
        }
        return values;
    }
}
