package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.checkpoint.PickleMachine.None;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the pickle of a torch archive: a dictionary from name to tensor. The few globals that
 * describe tensors are understood, every other one is refused by its name.
 *
 * <p>Source: {@code pytorch/pytorch: torch/_utils.py}, {@code torch/serialization.py}.
 */
final class TorchPickle implements PickleMachine.Constructors {
    /** What a checkpoint's pickle calls. */
    private enum Function {
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        ORDERED_DICT
    }

    private static final Map<String, Function> FUNCTIONS =
            Map.of(
                    "torch._utils._rebuild_tensor_v2", Function.REBUILD_TENSOR,
                    "torch._utils._rebuild_parameter", Function.REBUILD_PARAMETER,
                    "collections.OrderedDict", Function.ORDERED_DICT);

    private static final Map<String, TensorType> STORAGES =
            Map.of(
                    "torch.HalfStorage", TensorType.F16,
                    "torch.BFloat16Storage", TensorType.BF16,
                    "torch.FloatStorage", TensorType.F32,
                    "torch.DoubleStorage", TensorType.F64,
                    "torch.LongStorage", TensorType.I64,
                    "torch.IntStorage", TensorType.I32,
                    "torch.ShortStorage", TensorType.I16,
                    "torch.CharStorage", TensorType.I8,
                    "torch.ByteStorage", TensorType.U8,
                    "torch.BoolStorage", TensorType.BOOL);

    private static final int MAX_RANK = 8;

    private final Path file;

    private TorchPickle(Path file) {
        this.file = file;
    }

    /**
     * The tensors that {@code pickle} names, in its order.
     *
     * @param file to name in messages
     */
    static Map<String, TorchTensor> read(Path file, byte[] pickle) {
        TorchPickle torch = new TorchPickle(file);
        Object result = PickleMachine.run(file, pickle, torch);
        if (!(result instanceof Map<?, ?> entries)) {
            throw torch.refused(PickleMachine.kind(result), "a dictionary of tensors");
        }
        Map<String, TorchTensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            String name = (String) entry.getKey();
            if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
                throw torch.refused("a name is empty or has control characters", "printable");
            }
            if (!(entry.getValue() instanceof TorchTensor tensor)) {
                throw torch.refused(
                        "%s: %s".formatted(name, PickleMachine.kind(entry.getValue())), "a tensor");
            }
            tensors.put(name, tensor);
        }
        return tensors;
    }

    @Override
    public Object global(String module, String name) {
        String full = module + "." + name;
        Object known = FUNCTIONS.containsKey(full) ? FUNCTIONS.get(full) : STORAGES.get(full);
        if (known == null) {
            throw refused("global " + full, "one that describes tensors");
        }
        return known;
    }

    @Override
    public Object call(Object global, List<Object> arguments) {
        if (!(global instanceof Function function)) {
            throw refused("a call of " + PickleMachine.kind(global), "of a function");
        }
        return switch (function) {
            case REBUILD_TENSOR -> tensor(arguments);
            case REBUILD_PARAMETER -> parameter(arguments);
            case ORDERED_DICT -> orderedDict(arguments);
        };
    }

    /** {@code ("storage", type, key, location, elements)}; the location does not matter here. */
    @Override
    public Object persistent(Object id) {
        List<Object> parts = tuple("a storage", id, 5, 5);
        if (!"storage".equals(parts.get(0))
                || !(parts.get(1) instanceof TensorType type)
                || !(parts.get(2) instanceof String key)
                || !key.matches("[0-9A-Za-z_]{1,64}")
                || !(parts.get(4) instanceof Long elements)
                || elements < 0
                || elements > Long.MAX_VALUE / type.bytes()) {
            throw refused("a storage of other parts", "type, key, location and elements");
        }
        return new TorchStorage(key, type, elements);
    }

    /** {@code (storage, offset, shape, strides, requires_grad, hooks)}. */
    private TorchTensor tensor(List<Object> arguments) {
        List<Object> parts = tuple("_rebuild_tensor_v2", arguments, 6, 6);
        if (!(parts.get(0) instanceof TorchStorage storage)
                || !(parts.get(1) instanceof Long offset)
                || !(parts.get(4) instanceof Boolean)) {
            throw refused("a tensor of other parts", "storage, offset, shape, strides");
        }
        requireNoHooks(parts.get(5));
        List<Long> shape = numbers("shape", parts.get(2));
        List<Long> strides = numbers("strides", parts.get(3));
        long elements = requireContiguous(shape, strides);
        if (offset < 0 || elements > storage.elements() || offset > storage.elements() - elements) {
            throw refused(
                    "a tensor of %d elements from %d on in storage %s of %d"
                            .formatted(elements, offset, storage.key(), storage.elements()),
                    "inside it");
        }
        return new TorchTensor(storage, offset, shape);
    }

    /** {@code (tensor, requires_grad, hooks)}. */
    private TorchTensor parameter(List<Object> arguments) {
        List<Object> parts = tuple("_rebuild_parameter", arguments, 3, 3);
        if (!(parts.get(0) instanceof TorchTensor tensor)) {
            throw refused("a parameter of " + PickleMachine.kind(parts.get(0)), "of a tensor");
        }
        requireNoHooks(parts.get(2));
        return tensor;
    }

    private Map<Object, Object> orderedDict(List<Object> arguments) {
        tuple("OrderedDict", arguments, 0, 0);
        return new LinkedHashMap<>();
    }

    /**
     * The elements of {@code shape}, which must lie one after another: steps along dimensions of
     * size 1 are never taken, and mean nothing.
     */
    private long requireContiguous(List<Long> shape, List<Long> strides) {
        if (shape.size() != strides.size()) {
            throw refused("shape %s with strides %s".formatted(shape, strides), "as many of both");
        }
        if (shape.contains(0L)) {
            return 0;
        }
        long elements = 1;
        for (int i = shape.size() - 1; i >= 0; i--) {
            if (shape.get(i) != 1 && strides.get(i) != elements) {
                throw refused(
                        "shape %s with strides %s".formatted(shape, strides),
                        "contiguous: stride %d in dimension %d".formatted(elements, i));
            }
            try {
                elements = Math.multiplyExact(elements, shape.get(i));
            } catch (ArithmeticException e) {
                throw refused("shape %s: more than 2^63 elements".formatted(shape), "less");
            }
        }
        return elements;
    }

    private List<Long> numbers(String what, Object value) {
        List<Long> numbers = new ArrayList<>();
        for (Object number : tuple(what, value, 0, MAX_RANK)) {
            if (!(number instanceof Long count) || count < 0) {
                throw refused(what + ": another value", "integers of 0 or more");
            }
            numbers.add(count);
        }
        return numbers;
    }

    private void requireNoHooks(Object hooks) {
        if (hooks != None.NONE && !(hooks instanceof Map<?, ?> map && map.isEmpty())) {
            throw refused("backward hooks", "none");
        }
    }

    private List<Object> tuple(String what, Object value, int min, int max) {
        if (!PickleMachine.isTuple(value)) {
            throw refused(what + ": " + PickleMachine.kind(value), "a tuple");
        }
        List<Object> parts = PickleMachine.asTuple(value);
        if (parts.size() < min || parts.size() > max) {
            throw refused(
                    "%s: %d parts".formatted(what, parts.size()),
                    min == max ? "%d".formatted(min) : "%d to %d".formatted(min, max));
        }
        return parts;
    }

    private CheckpointException refused(String found, String expected) {
        return new CheckpointException(
                "%s: pickle: %s (expected: %s)".formatted(file, found, expected));
    }
}
