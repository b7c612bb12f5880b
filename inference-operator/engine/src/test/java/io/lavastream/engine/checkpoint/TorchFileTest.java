package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class TorchFileTest {
    private static final TorchStorage SIX = new TorchStorage("0", TensorType.F32, 6);
    private static final byte[] SIX_FLOATS = TorchWriter.floats(0, 1, 2, 3, 4, 5);

    @TempDir Path directory;

    @Test
    void readsTensorsByName() {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        tensors.put("b", new Tensor(List.of(2L, 2L), new float[] {1, 2, 3, 4}));
        tensors.put("a", new Tensor(List.of(), new float[] {5}));
        TorchWriter.write(file(), tensors);

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(torch.tensors().keySet()).containsExactly("b", "a");
            assertThat(torch.tensors().get("b").shape()).containsExactly(2L, 2L);
            assertThat(values(torch, "b")).containsExactly(1, 2, 3, 4);
            assertThat(torch.tensors().get("a").shape()).isEmpty();
            assertThat(values(torch, "a")).containsExactly(5);
        }
    }

    @Test
    void widensSixteenBitFloats() {
        PickleWriter pickle = new PickleWriter().dictionary();
        add(pickle, "half", new TorchStorage("0", TensorType.F16, 1));
        add(pickle, "bfloat", new TorchStorage("1", TensorType.BF16, 1));
        write(pickle, Map.of("0", new byte[] {0, 0x3c}, "1", new byte[] {0, (byte) 0xc0}));

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(values(torch, "half")).containsExactly(1);
            assertThat(values(torch, "bfloat")).containsExactly(-2);
        }
    }

    @Test
    void tensorsShareAStorageAndBeginInsideIt() {
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("all").tensor(SIX, 0, List.of(2L, 3L), List.of(3L, 1L));
        pickle.text("tail").tensor(SIX, 4, List.of(2L), List.of(1L));
        write(pickle, Map.of("0", SIX_FLOATS));

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(values(torch, "all")).containsExactly(0, 1, 2, 3, 4, 5);
            assertThat(values(torch, "tail")).containsExactly(4, 5);
        }
    }

    @Test
    void aStrideAlongOneElementMeansNothing() {
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("row").tensor(SIX, 0, List.of(1L, 6L, 1L), List.of(77L, 1L, 99L));
        write(pickle, Map.of("0", SIX_FLOATS));

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(torch.tensors().get("row").shape()).containsExactly(1L, 6L, 1L);
            assertThat(values(torch, "row")).hasSize(6);
        }
    }

    @Test
    void integersAreKnownAndNotRead() {
        PickleWriter pickle = new PickleWriter().dictionary();
        add(pickle, "position_ids", new TorchStorage("0", TensorType.I64, 1));
        write(pickle, Map.of("0", new byte[8]));

        try (WeightFile torch = TorchFile.open(file())) {
            assertThatThrownBy(() -> values(torch, "position_ids"))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(
                            "tensor position_ids: dtype: I64 (expected: F16, BF16 or F32)");
        }
    }

    /** A module's own state: parameters in an OrderedDict that has attributes. */
    @Test
    void readsParametersAndPassesOverMetadata() {
        PickleWriter pickle =
                new PickleWriter()
                        .global("collections", "OrderedDict")
                        .raw(')', 'R', '(')
                        .text("weight")
                        .global("torch._utils", "_rebuild_parameter")
                        .raw('(')
                        .tensor(SIX, 0, List.of(6L), List.of(1L))
                        .raw(0x88)
                        .global("collections", "OrderedDict")
                        .raw(')', 'R', 't', 'R', 'u', '}')
                        .text("_metadata")
                        .raw('}', 's', 'b');
        StoredZip.write(file(), TorchWriter.entries(pickle.stop(), Map.of("0", SIX_FLOATS)));

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(values(torch, "weight")).containsExactly(0, 1, 2, 3, 4, 5);
        }
    }

    /** The file is sparse: it takes kilobytes of a disk. */
    @Test
    void readsBeyondFourGibibytes() {
        long hole = (5L << 30) + 7;
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("far").tensor(SIX, 3, List.of(3L), List.of(1L));
        StoredZip.write(
                file(),
                TorchWriter.entries(pickle.endItems().stop(), Map.of("0", SIX_FLOATS)),
                hole);

        try (WeightFile torch = TorchFile.open(file())) {
            assertThat(torch.tensors().get("far").position()).isGreaterThan(hole);
            assertThat(values(torch, "far")).containsExactly(3, 4, 5);
        }
    }

    static Stream<Arguments> badTensors() {
        return Stream.of(
                arguments(1, List.of(6L), List.of(1L), "6 elements from 1 on in storage 0 of 6"),
                arguments(-1, List.of(6L), List.of(1L), "6 elements from -1 on in storage 0 of 6"),
                arguments(0, List.of(2L, 3L), List.of(1L, 2L), "contiguous: stride 1 in dimension"),
                arguments(0, List.of(6L), List.of(0L), "contiguous: stride 1 in dimension 0"),
                arguments(0, List.of(6L), List.of(), "shape [6] with strides []"),
                arguments(0, List.of(-6L), List.of(1L), "shape: another value"),
                arguments(
                        0,
                        List.of(1L << 62, 4L),
                        List.of(4L, 1L),
                        "shape [4611686018427387904, 4]: more than 2^63 elements"),
                arguments(
                        0,
                        List.of(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 6L),
                        List.of(1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L, 1L),
                        "shape: 9 parts (expected: 0 to 8)"));
    }

    @ParameterizedTest
    @MethodSource("badTensors")
    void refusesAViewThatDoesNotFit(
            long offset, List<Long> shape, List<Long> strides, String message) {
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("t").tensor(SIX, offset, shape, strides);
        write(pickle, Map.of("0", SIX_FLOATS));

        assertRefused(message);
    }

    @Test
    void refusesAStorageOfAnotherSizeOrWithoutBytes() {
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("t").tensor(SIX, 0, List.of(6L), List.of(1L));
        byte[] bytes = pickle.endItems().stop();

        StoredZip.write(file(), TorchWriter.entries(bytes, Map.of("0", new byte[23])));
        assertRefused("tensor t: storage 0: 23 bytes (expected: 24 bytes for 6 of F32)");

        StoredZip.write(file(), TorchWriter.entries(bytes, Map.of("1", SIX_FLOATS)));
        assertRefused("tensor t: storage 0: missing (expected: 24 bytes for 6 of F32)");
    }

    @Test
    void saysThatAFileIsOfAnOlderTorch() throws IOException {
        Files.write(file(), new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
        assertRefused("a bare pickle, as torch before 1.6 saved (expected: the zip archive");

        Files.writeString(file(), "version https://git-lfs.github.com/spec/v1");
        assertRefused("no zip archive (expected: the zip archive that torch 1.6 and later save)");

        Files.write(file(), new byte[0]);
        assertRefused("no zip archive");
    }

    @Test
    void refusesAnArchiveWithoutItsPickleOrInAnotherByteOrder() {
        StoredZip.write(file(), Map.of("archive/data.json", new byte[1]));
        assertRefused("0 entries NAME/data.pkl (expected: one)");

        Map<String, byte[]> entries =
                TorchWriter.entries(new PickleWriter().raw('}').stop(), Map.of());
        entries.put("archive/byteorder", "big".getBytes(StandardCharsets.US_ASCII));
        StoredZip.write(file(), entries);
        assertRefused("entry archive/byteorder: another byte order (expected: little)");
    }

    /** Fields of the central record, from its start: APPNOTE 4.3.12. */
    static Stream<Arguments> archiveTricks() {
        return Stream.of(
                trick(
                        "deflated",
                        zip -> zip.putShort(central(zip, "0") + 10, (short) 8),
                        "entry archive/data/0: method 8, flags 2048 (expected: method 0"),
                trick(
                        "encrypted",
                        zip -> zip.putShort(central(zip, "0") + 8, (short) 1),
                        "entry archive/data/0: method 0, flags 1 (expected: method 0"),
                trick(
                        "size",
                        zip -> zip.putInt(central(zip, "0") + 24, 25),
                        "entry archive/data/0: 25 bytes as 24 (expected: the same)"),
                trick(
                        "both sizes",
                        zip -> {
                            zip.putInt(central(zip, "0") + 20, 25);
                            zip.putInt(central(zip, "0") + 24, 25);
                        },
                        "entry archive/data/0: 24 bytes in its local header (expected: 25"),
                trick(
                        "huge",
                        zip -> {
                            zip.putInt(central(zip, "0") + 20, -2);
                            zip.putInt(central(zip, "0") + 24, -2);
                        },
                        "entry archive/data/0: 4294967294 bytes at byte"),
                trick(
                        "offset",
                        zip -> zip.putInt(central(zip, "0") + 42, 1),
                        "entry archive/data/0: local header"),
                trick(
                        "offset of another",
                        zip -> zip.putInt(central(zip, "0") + 42, 0),
                        "bytes in its local header (expected: 24, as in the central directory)"),
                trick(
                        "no ZIP64 field",
                        zip -> zip.putInt(central(zip, "0") + 24, -1),
                        "a size or offset of ffffffff (expected: a ZIP64 field with its value)"),
                trick(
                        "central signature",
                        zip -> zip.putInt(central(zip, "0"), 7),
                        "central directory: no record where one begins"),
                trick(
                        "central name",
                        zip -> zip.putShort(central(zip, "0") + 28, (short) -1),
                        "ends after it (expected: a complete one)"),
                trick(
                        "fewer entries",
                        zip -> zip.putShort(zip.limit() - 12, (short) 2),
                        "after 2 entries (expected: none)"),
                trick(
                        "more entries",
                        zip -> zip.putShort(zip.limit() - 12, (short) 4),
                        "central directory: no record where one begins"),
                trick(
                        "central size",
                        zip -> zip.putInt(zip.limit() - 10, Integer.MAX_VALUE),
                        "central directory: 2147483647 bytes at byte"),
                trick(
                        "comment",
                        zip -> zip.putShort(zip.limit() - 2, (short) 9),
                        "no end of a zip archive (expected: a complete file)"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("archiveTricks")
    void refusesAnArchiveThatContradictsItself(
            String name, Consumer<ByteBuffer> change, String message) throws IOException {
        PickleWriter pickle = new PickleWriter().dictionary();
        pickle.text("t").tensor(SIX, 0, List.of(6L), List.of(1L));
        write(pickle, Map.of("0", SIX_FLOATS));
        byte[] zip = Files.readAllBytes(file());

        change.accept(ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN));
        Files.write(file(), zip);

        assertRefused(message);
    }

    /** Two entries that claim the same bytes could show a checker one thing and a reader another. */
    @Test
    void refusesEntriesThatOverlap() throws IOException {
        byte[] inner = new byte[100];
        StoredZip.write(directory.resolve("inner"), Map.of("archive/data/0", SIX_FLOATS));
        byte[] innerZip = Files.readAllBytes(directory.resolve("inner"));
        System.arraycopy(innerZip, 0, inner, 0, 30 + "archive/data/0".length() + 24);
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", inner);
        entries.put("archive/data/0", SIX_FLOATS);
        StoredZip.write(file(), entries);
        byte[] zip = Files.readAllBytes(file());

        ByteBuffer.wrap(zip)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(
                        central(ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN), "0") + 42,
                        30 + "archive/data.pkl".length());
        Files.write(file(), zip);

        assertRefused("entry archive/data/0: begins at byte 46, inside the entry before it");
    }

    @Test
    void refusesAnEntryThatStandsTwice() throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", new byte[1]);
        entries.put("archive/data.pkm", new byte[1]);
        StoredZip.write(file(), entries);
        String zip = Files.readString(file(), StandardCharsets.ISO_8859_1);

        Files.writeString(file(), zip.replace("pkm", "pkl"), StandardCharsets.ISO_8859_1);

        assertRefused("entry archive/data.pkl: twice (expected: once)");
    }

    @Test
    void refusesATruncatedFile() throws IOException {
        TorchWriter.write(file(), Map.of("t", new Tensor(List.of(2L), new float[2])));
        byte[] zip = Files.readAllBytes(file());

        for (int length = 1; length < zip.length; length += 7) {
            Files.write(file(), Arrays.copyOf(zip, length));
            assertRefused("(expected: ");
        }
    }

    private static Arguments trick(String name, Consumer<ByteBuffer> change, String message) {
        return arguments(name, change, message);
    }

    /** The central record of storage {@code key}. */
    private static int central(ByteBuffer zip, String key) {
        String text = StandardCharsets.ISO_8859_1.decode(zip.duplicate().clear()).toString();
        return text.lastIndexOf("archive/data/" + key) - 46;
    }

    private static void add(PickleWriter pickle, String name, TorchStorage storage) {
        List<Long> shape = List.of(storage.elements());
        pickle.text(name).tensor(storage, 0, shape, PickleWriter.contiguous(shape));
    }

    private void write(PickleWriter items, Map<String, byte[]> storages) {
        StoredZip.write(file(), TorchWriter.entries(items.endItems().stop(), storages));
    }

    private Path file() {
        return directory.resolve("pytorch_model.bin");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> TorchFile.open(file()).close())
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(file() + ": ")
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    private static float[] values(WeightFile torch, String tensor) {
        TensorInfo info = torch.tensors().get(tensor);
        float[] all = new float[(int) info.elements()];
        torch.read(
                info,
                (offset, values, count) -> System.arraycopy(values, 0, all, (int) offset, count));
        return all;
    }
}
