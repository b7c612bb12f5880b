package io.lavastream.engine.checkpoint;

import static io.lavastream.engine.checkpoint.SafetensorsWriter.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
    @TempDir Path directory;

    @Test
    void widensSixteenBitFloatsExactly() {
        // One, the largest half, the smallest subnormal half, minus zero, infinity.
        assertThat(read("F16", shorts(0x3c00, 0x7bff, 0x0001, 0x8000, 0x7c00), 5))
                .containsExactly(1f, 65_504f, 0x1p-24f, -0f, Float.POSITIVE_INFINITY);
        assertThat(read("BF16", shorts(0x3f80, 0xc000, 0x7f80), 3))
                .containsExactly(1f, -2f, Float.POSITIVE_INFINITY);
    }

    @Test
    void everyFiniteHalfHasTheValueOfItsParts() {
        int[] bits = IntStream.range(0, 0x7c00).toArray();

        float[] values = read("F16", shorts(bits), bits.length);

        for (int half : bits) {
            double fraction = (half & 0x3ff) / 1024.0;
            int exponent = half >> 10;
            double expected =
                    exponent == 0
                            ? fraction * 0x1p-14
                            : (1 + fraction) * Math.pow(2, exponent - 15);
            assertThat((double) values[half]).isEqualTo(expected);
        }
    }

    @Test
    void readsATensorLargerThanOnePieceInOrder() {
        int count = 1_000_003;
        ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            data.putFloat(i);
        }

        float[] values = read("F32", data.array(), count);

        for (int i = 0; i < count; i++) {
            assertThat(values[i]).isEqualTo((float) i);
        }
    }

    @Test
    void refusesToReadATypeThatIsNoFloat() {
        assertThatThrownBy(() -> read("I64", new byte[8], 1))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("tensor t: dtype: I64 (expected: F16, BF16 or F32)");
    }

    static Stream<Arguments> badHeaders() {
        List<Long> two = List.of(2L);
        return Stream.of(
                arguments("not JSON", "not valid JSON"),
                arguments("[]", "ARRAY (expected: a JSON object)"),
                arguments("{\"t\":".repeat(100_000), "not valid JSON"),
                arguments(headers(entry("t", "F32", two, 0, 8)) + "{}", "not valid JSON"),
                arguments(
                        headers(entry("t", "F32", two, 0, 8), entry("t", "F32", two, 0, 8)),
                        "Duplicate field 't'"),
                arguments(
                        headers(entry("t", "F31", two, 0, 8)),
                        "tensor t: dtype: \"F31\" (expected: one of [BOOL"),
                arguments(
                        headers(entry("t", "F32", List.of(3L), 0, 8)),
                        "tensor t: 8 bytes (expected: 12 for F32 [3])"),
                arguments(
                        headers(entry("t", "F32", List.of(-2L), 0, 8)),
                        "tensor t: shape: [-2] (expected: dimensions of 0 or more)"),
                arguments(
                        headers(entry("t", "F32", List.of(1L << 40, 1L << 40), 0, 8)),
                        "is more than 2^63 bytes"),
                arguments(
                        headers(entry("t", "F32", two, 8, 0)),
                        "tensor t: data_offsets: [8,0] (expected: begin before end)"),
                arguments(
                        headers(entry("t", "F32", List.of(4L), 0, 16)),
                        "tensor t: ends at data byte 16, the file has 8"),
                arguments(
                        headers(entry("t", "F32", two, 0, 8), entry("u", "F32", List.of(1L), 4, 8)),
                        "tensor u: begins at data byte 4, overlapping the tensor"
                                + " before it (expected: 8)"),
                arguments(
                        headers(entry("t", "F32", List.of(1L), 4, 8)),
                        "tensor t: begins at data byte 4, leaving a gap (expected: 0)"),
                arguments(
                        headers(entry("t", "F32", List.of(1L), 0, 4)),
                        "8 bytes of data (expected: 4, the end of the last tensor)"),
                arguments("{\"t\":{}}", "tensor t: dtype: missing"),
                arguments("{\"t\":7}", "tensor t: dtype: missing"),
                arguments("{\"a\\nb\":{}}", "control characters"));
    }

    @ParameterizedTest
    @MethodSource("badHeaders")
    void refusesABadHeaderInOneLine(String header, String message) {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(file, header, new byte[8]);

        assertRefused(file, message);
    }

    @Test
    void refusesAHeaderLengthBeyondTheFile() {
        Path file = directory.resolve("model.safetensors");

        SafetensorsWriter.write(file, 3, new byte[2], new byte[0]);
        assertRefused(file, "header of 3 bytes (expected: at most 2)");

        SafetensorsWriter.write(file, -1, new byte[2], new byte[0]);
        assertRefused(file, "header of 18446744073709551615 bytes (expected: at most 2)");
    }

    @Test
    void refusesAMissingFile() {
        assertRefused(directory.resolve("model.safetensors"), "missing");
    }

    /** Most mutations break the JSON, some a field; a few leave a good file. */
    @Test
    void aMutatedHeaderIsRefusedOrRead() throws IOException {
        new TinyCheckpoint(1).write(directory);
        Path file = directory.resolve("model.safetensors");
        byte[] good = Files.readAllBytes(file);
        int end = 8 + (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        Random random = new Random(4);
        int refused = 0;

        for (int i = 0; i < 500; i++) {
            byte[] mutated = good.clone();
            mutated[random.nextInt(end)] = (byte) random.nextInt(256);
            Files.write(file, mutated);
            try (WeightFile read = SafetensorsFile.open(file)) {
                read.tensors().values().forEach(t -> assertThat(t.elements()).isPositive());
            } catch (CheckpointException e) {
                refused++;
                assertThat(e.getMessage()).startsWith(file + ": ");
                assertThat(e.getMessage().lines()).hasSize(1);
            }
        }

        assertThat(refused).isBetween(100, 499);
    }

    private static void assertRefused(Path file, String message) {
        assertThatThrownBy(() -> SafetensorsFile.open(file).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private float[] read(String type, byte[] data, long count) {
        Path file = directory.resolve("model.safetensors");
        SafetensorsWriter.write(
                file, headers(entry("t", type, List.of(count), 0, data.length)), data);
        float[] read = new float[(int) count];
        try (WeightFile safetensors = SafetensorsFile.open(file)) {
            safetensors.read(
                    safetensors.tensors().get("t"),
                    (offset, values, length) ->
                            System.arraycopy(values, 0, read, (int) offset, length));
        }
        return read;
    }

    private static String headers(String... entries) {
        return "{%s}".formatted(String.join(",", entries));
    }

    private static byte[] shorts(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putShort((short) value);
        }
        return bytes.array();
    }
}
