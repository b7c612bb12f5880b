package io.lavastream.engine.checkpoint.synthetic;

import io.lavastream.engine.checkpoint.TensorType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The pickle of a torch archive, protocol 2: a dictionary from name to tensor, each with a storage of its own that is called by its
 * number.
 *
 * <p>Source: {@code python/cpython: Lib/pickle.py}, {@code pytorch/pytorch: torch/_utils.py}.
 */
final class StateDictPickle {
    private static final int PROTOCOL = 0x80;
    private static final int MARK = '(';
    private static final int EMPTY_DICT = '}';
    private static final int EMPTY_TUPLE = ')';
    private static final int TUPLE = 't';
    private static final int SET_ITEMS = 'u';
    private static final int GLOBAL = 'c';
    private static final int REDUCE = 'R';
    private static final int TEXT = 'X';
    private static final int INT = 'J';
    private static final int FALSE = 0x89;
    private static final int PERSISTENT_ID = 'Q';
    private static final int STOP = '.';

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private StateDictPickle() {}

    static byte[] of(List<SyntheticTensor> tensors) {
        StateDictPickle pickle = new StateDictPickle();
        pickle.put(PROTOCOL, 2, EMPTY_DICT, MARK);
        for (int i = 0; i < tensors.size(); i++) {
            pickle.text(tensors.get(i).name());
            pickle.tensor(tensors.get(i), i);
        }
        pickle.put(SET_ITEMS, STOP);
        return pickle.bytes.toByteArray();
    }

    /** {@code _rebuild_tensor_v2(storage, offset, shape, strides, requires_grad, hooks)}. */
    private void tensor(SyntheticTensor tensor, int storage) {
        global("torch._utils", "_rebuild_tensor_v2");
        put(MARK);
        storage(tensor, storage);
        number(0);
        List<Long> shape = tensor.stored().shape();
        put(MARK);
        shape.forEach(this::number);
        put(TUPLE, MARK);
        for (int i = 0; i < shape.size(); i++) {
            number(shape.subList(i + 1, shape.size()).stream().reduce(1L, Math::multiplyExact));
        }
        put(TUPLE, FALSE);
        global("collections", "OrderedDict");
        put(EMPTY_TUPLE, REDUCE, TUPLE, REDUCE);
    }

    /** {@code ("storage", type, key, location, elements)}. */
    private void storage(SyntheticTensor tensor, int key) {
        put(MARK);
        text("storage");
        global("torch", storageClass(tensor.type()));
        text(String.valueOf(key));
        text("cpu");
        number(tensor.stored().elements());
        put(TUPLE, PERSISTENT_ID);
    }

    private void global(String module, String name) {
        put(GLOBAL);
        bytes.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        put(TEXT);
        int32(utf8.length);
        bytes.writeBytes(utf8);
    }

    private void number(long value) {
        put(INT);
        int32(Math.toIntExact(value));
    }

    private void int32(int value) {
        bytes.writeBytes(
                ByteBuffer.allocate(Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(value)
                        .array());
    }

    private void put(int... values) {
        for (int value : values) {
            bytes.write(value);
        }
    }

    private static String storageClass(TensorType type) {
        return switch (type) {
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case F32 -> "FloatStorage";
            default -> throw new IllegalArgumentException("type: " + type);
        };
    }
}
