package io.lavastream.engine.checkpoint;

import com.fasterxml.jackson.databind.node.TextNode;
import io.lavastream.engine.CheckpointException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pickle machine that can build texts, numbers, tuples, lists, dictionaries with text keys, and
 * what its {@link Constructors} allow; nothing else. No Java class is ever looked up by a name in
 * the file, and no name in it is called. It has the opcodes that protocol 2 writes for these
 * values, refuses every other one, and stops at limits of size that no checkpoint reaches.
 *
 * <p>Nothing here recurses into a value, so neither depth nor a cycle can hurt.
 *
 * <p>Source of the opcodes: {@code python/cpython: Lib/pickletools.py}.
 */
final class PickleMachine {
    /** What a pickle may refer to by name. All methods refuse what they do not know. */
    interface Constructors {
        /** The global {@code module.name}: a token that only these constructors understand. */
        Object global(String module, String name);

        /** What {@code global}, which came from {@link #global}, makes of {@code arguments}. */
        Object call(Object global, List<Object> arguments);

        /** The object that is stored outside the pickle under {@code id}. */
        Object persistent(Object id);
    }

    /** Python's {@code None}. */
    enum None {
        NONE
    }

    private static final int PROTOCOL = 2;

    /** A shard of a 13B model has 200 kB of pickle and 15 000 opcodes. */
    static final int MAX_BYTES = 4 << 20;

    private static final int MAX_OPCODES = 500_000;
    private static final int MAX_STACK = 50_000;
    private static final int MAX_TEXT_BYTES = 4096;
    private static final int MAX_LINE = 256;

    private final Path file;
    private final ByteBuffer pickle;
    private final Constructors constructors;
    private final Map<Integer, Object> memo = new HashMap<>();
    private final List<Object> stack = new ArrayList<>();
    private final List<Integer> marks = new ArrayList<>();

    private PickleMachine(Path file, ByteBuffer pickle, Constructors constructors) {
        this.file = file;
        this.pickle = pickle;
        this.constructors = constructors;
    }

    /**
     * The value that {@code pickle} builds.
     *
     * @param file to name in messages
     * @throws CheckpointException naming the opcode or the global that is refused
     */
    static Object run(Path file, byte[] pickle, Constructors constructors) {
        if (pickle.length > MAX_BYTES) {
            throw refused(file, "%d bytes".formatted(pickle.length), "at most " + MAX_BYTES);
        }
        ByteBuffer bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        PickleMachine machine = new PickleMachine(file, bytes, constructors);
        try {
            return machine.run();
        } catch (BufferUnderflowException e) {
            throw refused(file, "ends without a STOP opcode", "a complete pickle");
        }
    }

    private Object run() {
        for (int i = 0; i < MAX_OPCODES; i++) {
            int opcode = Byte.toUnsignedInt(pickle.get());
            if (opcode == '.') {
                Object result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw refused("%d values left at STOP".formatted(stack.size()), "none");
                }
                return result;
            }
            step(opcode);
            if (stack.size() > MAX_STACK || marks.size() > MAX_STACK) {
                throw refused("a stack of more than " + MAX_STACK, "less");
            }
        }
        throw refused("more than %d opcodes".formatted(MAX_OPCODES), "less");
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> requireProtocol(Byte.toUnsignedInt(pickle.get()));
            case 'N' -> push(None.NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) Byte.toUnsignedInt(pickle.get()));
            case 'M' -> push((long) Short.toUnsignedInt(pickle.getShort()));
            case 'J' -> push((long) pickle.getInt());
            case 0x8a -> push(longInteger(Byte.toUnsignedInt(pickle.get())));
            case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(pickle.getLong())));
            case 'X' -> push(text(pickle.getInt()));
            case '(' -> marks.add(stack.size());
            case ')' -> push(List.of());
            case 0x85 -> push(tuple(pop(1)));
            case 0x86 -> push(tuple(pop(2)));
            case 0x87 -> push(tuple(pop(3)));
            case 't' -> push(tuple(popToMark()));
            case ']' -> push(new ArrayList<>());
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case '}' -> push(new LinkedHashMap<>());
            case 's' -> setItems(pop(2));
            case 'u' -> setItems(popToMark());
            case 'q' -> memo.put(Byte.toUnsignedInt(pickle.get()), top());
            case 'r' -> memo.put(pickle.getInt(), top());
            case 'h' -> push(memo(Byte.toUnsignedInt(pickle.get())));
            case 'j' -> push(memo(pickle.getInt()));
            case 'c' -> push(constructors.global(line(), line()));
            case 'Q' -> push(constructors.persistent(pop()));
            case 'R' -> reduce();
            case 'b' -> build();
            default ->
                    throw refused(
                            "opcode 0x%02x at byte %d".formatted(opcode, pickle.position() - 1),
                            "one that describes tensors");
        }
    }

    private void requireProtocol(int found) {
        if (found != PROTOCOL) {
            throw refused("protocol %d".formatted(found), "protocol " + PROTOCOL);
        }
    }

    private long longInteger(int bytes) {
        if (bytes > Long.BYTES) {
            throw refused("an integer of %d bytes".formatted(bytes), "at most " + Long.BYTES);
        }
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            long next = i == bytes - 1 ? pickle.get() : Byte.toUnsignedLong(pickle.get());
            value |= next << (Byte.SIZE * i);
        }
        return value;
    }

    private String text(int bytes) {
        if (bytes < 0 || bytes > MAX_TEXT_BYTES || bytes > pickle.remaining()) {
            throw refused(
                    "a text of %s bytes".formatted(Integer.toUnsignedString(bytes)),
                    "at most %d".formatted(Math.min(MAX_TEXT_BYTES, pickle.remaining())));
        }
        ByteBuffer utf8 = pickle.slice(pickle.position(), bytes);
        pickle.position(pickle.position() + bytes);
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(utf8);
            return text.toString();
        } catch (CharacterCodingException e) {
            throw refused("a text that is not UTF-8", "UTF-8");
        }
    }

    /** A name that ends with its line; printable ASCII, so that it may stand in a message. */
    private String line() {
        StringBuilder line = new StringBuilder();
        for (byte next = pickle.get(); next != '\n'; next = pickle.get()) {
            if (next < ' ' || next > '~' || line.length() == MAX_LINE) {
                throw refused(
                        "a name with byte %d".formatted(next),
                        "at most %d printable characters".formatted(MAX_LINE));
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private Object memo(int index) {
        Object value = memo.get(index);
        if (value == null) {
            throw refused(
                    "memo %s is read, but was not written"
                            .formatted(Integer.toUnsignedString(index)),
                    "an earlier value");
        }
        return value;
    }

    private void reduce() {
        List<Object> call = pop(2);
        if (!isTuple(call.get(1))) {
            throw refused("arguments: " + kind(call.get(1)), "a tuple");
        }
        push(constructors.call(call.get(0), asTuple(call.get(1))));
    }

    /** Attributes of a dictionary, such as a module's {@code _metadata}: nothing here reads them. */
    private void build() {
        Object attributes = pop();
        if (!(attributes instanceof Map) || !(top() instanceof Map)) {
            throw refused(
                    "attributes for " + kind(top()), "attributes of a dictionary, as a dictionary");
        }
    }

    private void append(List<Object> values) {
        if (!(top() instanceof ArrayList<?>)) {
            throw refused("values added to " + kind(top()), "a list");
        }
        @SuppressWarnings("unchecked") // This machine makes lists of objects only.
        List<Object> list = (List<Object>) top();
        list.addAll(values);
    }

    private void setItems(List<Object> keysAndValues) {
        if (!(top() instanceof Map<?, ?>)) {
            throw refused("items set in " + kind(top()), "a dictionary");
        }
        if (keysAndValues.size() % 2 != 0) {
            throw refused("a key without a value", "pairs");
        }
        @SuppressWarnings("unchecked") // This machine makes maps of objects only.
        Map<Object, Object> map = (Map<Object, Object>) top();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            if (!(keysAndValues.get(i) instanceof String)) {
                throw refused("a key that is " + kind(keysAndValues.get(i)), "a text");
            }
            if (map.put(keysAndValues.get(i), keysAndValues.get(i + 1)) != null) {
                throw refused("key %s twice".formatted(shown(keysAndValues.get(i))), "once");
            }
        }
    }

    private void push(Object value) {
        stack.add(value);
    }

    private Object top() {
        if (stack.size() <= floor()) {
            throw refused("a value is used where there is none", "one on the stack");
        }
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        top();
        return stack.remove(stack.size() - 1);
    }

    private List<Object> pop(int count) {
        if (stack.size() - count < floor()) {
            throw refused("a value is used where there is none", "one on the stack");
        }
        return cut(stack.size() - count);
    }

    private List<Object> popToMark() {
        if (marks.isEmpty()) {
            throw refused("values are used up to a mark that was not set", "a mark");
        }
        return cut(marks.remove(marks.size() - 1));
    }

    /** Values below the last mark are out of reach. */
    private int floor() {
        return marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
    }

    private List<Object> cut(int from) {
        List<Object> tail = stack.subList(from, stack.size());
        List<Object> values = new ArrayList<>(tail);
        tail.clear();
        return values;
    }

    private static List<Object> tuple(List<Object> values) {
        return Collections.unmodifiableList(values);
    }

    /** Whether {@code value} is a tuple of this machine; its lists are {@link ArrayList}s. */
    static boolean isTuple(Object value) {
        return value instanceof List && !(value instanceof ArrayList);
    }

    @SuppressWarnings("unchecked") // This machine makes lists of objects only.
    static List<Object> asTuple(Object value) {
        return (List<Object>) value;
    }

    /** A value's kind for a message; never its content, which may be endless. */
    static String kind(Object value) {
        if (value instanceof String) {
            return "a text";
        }
        if (value instanceof Number) {
            return "a number";
        }
        if (value instanceof Boolean) {
            return "true or false";
        }
        if (value instanceof Map) {
            return "a dictionary";
        }
        if (value instanceof List) {
            return isTuple(value) ? "a tuple" : "a list";
        }
        return value == None.NONE ? "None" : "a " + value.getClass().getSimpleName();
    }

    private static String shown(Object key) {
        return ConfigObject.shown(TextNode.valueOf((String) key));
    }

    private CheckpointException refused(String found, String expected) {
        return refused(file, found, expected);
    }

    private static CheckpointException refused(Path file, String found, String expected) {
        return new CheckpointException(
                "%s: pickle: %s (expected: %s)".formatted(file, found, expected));
    }
}
