package io.lavastream.engine.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes safetensors files, good ones and such as no writer should. */
public final class SafetensorsWriter {
    /** A float32 tensor. */
    @SuppressWarnings("ArrayRecordComponent") // Test data, only ever read.
    public record Tensor(List<Long> shape, float[] values) {}

    private SafetensorsWriter() {}

    /** A well-formed file of {@code tensors}, in their order. */
    public static void write(Path file, Map<String, Tensor> tensors) {
        List<String> entries = new ArrayList<>();
        int bytes = 0;
        for (Map.Entry<String, Tensor> tensor : tensors.entrySet()) {
            int end = bytes + 4 * tensor.getValue().values().length;
            entries.add(entry(tensor.getKey(), "F32", tensor.getValue().shape(), bytes, end));
            bytes = end;
        }
        ByteBuffer data = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        tensors.values().forEach(tensor -> put(data, tensor.values()));
        write(file, "{%s}".formatted(String.join(",", entries)), data.array());
    }

    /** Header and data as they are given. */
    static void write(Path file, String header, byte[] data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        write(file, json.length, json, data);
    }

    /** As {@link #write(Path, String, byte[])}, with a length that may not be the header's. */
    static void write(Path file, long headerLength, byte[] header, byte[] data) {
        ByteBuffer bytes =
                ByteBuffer.allocate(8 + header.length + data.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(headerLength)
                        .put(header)
                        .put(data);
        try {
            Files.write(file, bytes.array());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String entry(String name, String dtype, List<Long> shape, long begin, long end) {
        return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
                .formatted(name, dtype, shape, begin, end);
    }

    private static void put(ByteBuffer data, float[] values) {
        for (float value : values) {
            data.putFloat(value);
        }
    }
}
