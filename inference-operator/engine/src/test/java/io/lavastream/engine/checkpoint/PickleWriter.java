package io.lavastream.engine.checkpoint;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Writes pickles of protocol 2 opcode by opcode, good ones and such as no writer should. */
final class PickleWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PickleWriter() {
        raw(0x80, 2);
    }

    /** Opcodes and arguments as they are given. */
    PickleWriter raw(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
        return this;
    }

    PickleWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return raw('X').raw(littleEndian(Integer.BYTES, utf8.length)).raw(unsigned(utf8));
    }

    PickleWriter number(long value) {
        return raw(0x8a, Long.BYTES).raw(littleEndian(Long.BYTES, value));
    }

    PickleWriter numbers(List<Long> values) {
        raw('(');
        values.forEach(this::number);
        return raw('t');
    }

    PickleWriter global(String module, String name) {
        return raw('c').raw(
                        unsigned(
                                (module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII)));
    }

    /** {@code (mark} the parts of a dictionary's items; {@link #endItems} sets them. */
    PickleWriter dictionary() {
        return raw('}', '(');
    }

    PickleWriter endItems() {
        return raw('u');
    }

    /** A call of {@code _rebuild_tensor_v2}. */
    PickleWriter tensor(TorchStorage storage, long offset, List<Long> shape, List<Long> strides) {
        return global("torch._utils", "_rebuild_tensor_v2")
                .raw('(')
                .storage(storage)
                .number(offset)
                .numbers(shape)
                .numbers(strides)
                .raw(0x89)
                .global("collections", "OrderedDict")
                .raw(')', 'R', 't', 'R');
    }

    PickleWriter storage(TorchStorage storage) {
        return raw('(').text("storage")
                .global("torch", storageClass(storage.type()))
                .text(storage.key())
                .text("cpu")
                .number(storage.elements())
                .raw('t', 'Q');
    }

    byte[] stop() {
        return raw('.').bytes.toByteArray();
    }

    /** Strides of a tensor whose elements lie one after another. */
    static List<Long> contiguous(List<Long> shape) {
        Long[] strides = new Long[shape.size()];
        long stride = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= shape.get(i);
        }
        return List.of(strides);
    }

    private static String storageClass(TensorType type) {
        return switch (type) {
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case F32 -> "FloatStorage";
            case F64 -> "DoubleStorage";
            case I64 -> "LongStorage";
            default -> throw new IllegalArgumentException("type: " + type);
        };
    }

    private static int[] littleEndian(int count, long value) {
        byte[] all =
                ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(value)
                        .array();
        return Arrays.copyOf(unsigned(all), count);
    }

    private static int[] unsigned(byte[] values) {
        int[] unsigned = new int[values.length];
        for (int i = 0; i < values.length; i++) {
            unsigned[i] = Byte.toUnsignedInt(values[i]);
        }
        return unsigned;
    }
}
