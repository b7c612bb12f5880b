package io.lavastream.loadtests.bench.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A graph in the ONNX format ({@code onnx/onnx: onnx/onnx.proto}), built node by node; as much of the format as the benchmarks
 * need. Values are named by strings, as in the format. Not thread-safe.
 */
public final class OnnxGraph {
    /** Of ONNX Runtime's own operators. */
    public static final String CONTRIB = "com.microsoft";

    private static final int IR_VERSION = 8;
    private static final int OPERATORS = 17;
    private static final int CONTRIB_OPERATORS = 1;

    /** Element types, by the format's numbers. */
    public enum ElementType {
        FLOAT(1),
        INT32(6),
        INT64(7);

        private final int number;

        ElementType(int number) {
            this.number = number;
        }
    }

    private static final int ATTRIBUTE_REAL = 1;
    private static final int ATTRIBUTE_WHOLE = 2;
    private static final int ATTRIBUTE_WHOLES = 7;
    private static final int STORED_OUTSIDE = 1;

    private final ProtoMessage graph = new ProtoMessage();
    private int nodes;

    /** Declares an input. A dimension below zero may have any size. */
    public String input(String name, ElementType type, long... shape) {
        graph.message(11, value(name, type, shape));
        return name;
    }

    /** Declares that a node's {@code name} is an output. A dimension below zero may have any size. */
    public void output(String name, ElementType type, long... shape) {
        graph.message(12, value(name, type, shape));
    }

    /** A constant whose values are part of the model. */
    public String constant(String name, float[] values, long... shape) {
        byte[] bytes = new byte[values.length * Float.BYTES];
        littleEndian(bytes).asFloatBuffer().put(values);
        return initializer(name, ElementType.FLOAT, bytes, shape);
    }

    /** A constant whose values are part of the model. */
    public String constant(String name, long[] values, long... shape) {
        byte[] bytes = new byte[values.length * Long.BYTES];
        littleEndian(bytes).asLongBuffer().put(values);
        return initializer(name, ElementType.INT64, bytes, shape);
    }

    /** A float constant whose values lie in {@code file}, beside the model. */
    public String external(String name, String file, long offset, long bytes, long... shape) {
        ProtoMessage tensor = tensor(name, ElementType.FLOAT, shape);
        tensor.message(13, entry("location", file));
        tensor.message(13, entry("offset", Long.toString(offset)));
        tensor.message(13, entry("length", Long.toString(bytes)));
        tensor.number(14, STORED_OUTSIDE);
        graph.message(5, tensor);
        return name;
    }

    /** A node of ONNX's own operators with one output. */
    public String node(String operator, List<String> inputs, Attribute... attributes) {
        String output = operator + "_" + nodes;
        node("", operator, inputs, List.of(output), attributes);
        return output;
    }

    /**
     * A node.
     *
     * @param domain of the operator: empty, or {@link #CONTRIB}
     * @param inputs in the operator's order; an empty name leaves an optional one out
     * @param outputs likewise
     */
    public void node(
            String domain,
            String operator,
            List<String> inputs,
            List<String> outputs,
            Attribute... attributes) {
        ProtoMessage node = new ProtoMessage();
        inputs.forEach(name -> node.text(1, name));
        outputs.forEach(name -> node.text(2, name));
        node.text(3, operator + "_" + nodes++);
        node.text(4, operator);
        for (Attribute attribute : attributes) {
            node.message(5, message(attribute));
        }
        node.text(7, domain);
        graph.message(1, node);
    }

    /** The model's file. */
    public byte[] toByteArray() {
        graph.text(2, "lavastream-peer");
        return new ProtoMessage()
                .number(1, IR_VERSION)
                .text(2, "lavastream-load-tests")
                .message(7, graph)
                .message(8, operators("", OPERATORS))
                .message(8, operators(CONTRIB, CONTRIB_OPERATORS))
                .toByteArray();
    }

    private String initializer(String name, ElementType type, byte[] values, long... shape) {
        graph.message(5, tensor(name, type, shape).bytes(9, values));
        return name;
    }

    private static ProtoMessage tensor(String name, ElementType type, long... shape) {
        ProtoMessage tensor = new ProtoMessage();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type.number).text(8, name);
    }

    private static ProtoMessage value(String name, ElementType type, long... shape) {
        ProtoMessage dimensions = new ProtoMessage();
        for (long size : shape) {
            dimensions.message(
                    1, size < 0 ? new ProtoMessage() : new ProtoMessage().number(1, size));
        }
        ProtoMessage tensor = new ProtoMessage().number(1, type.number).message(2, dimensions);
        return new ProtoMessage().text(1, name).message(2, new ProtoMessage().message(1, tensor));
    }

    private static ProtoMessage message(Attribute attribute) {
        ProtoMessage message = new ProtoMessage().text(1, attribute.name());
        if (attribute instanceof Attribute.Real real) {
            return message.real(2, real.value()).number(20, ATTRIBUTE_REAL);
        }
        if (attribute instanceof Attribute.Whole whole) {
            return message.number(3, whole.value()).number(20, ATTRIBUTE_WHOLE);
        }
        for (long value : ((Attribute.Wholes) attribute).values()) {
            message.number(8, value);
        }
        return message.number(20, ATTRIBUTE_WHOLES);
    }

    private static ProtoMessage operators(String domain, int version) {
        return new ProtoMessage().text(1, domain).number(2, version);
    }

    private static ProtoMessage entry(String key, String value) {
        return new ProtoMessage().text(1, key).text(2, value);
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
