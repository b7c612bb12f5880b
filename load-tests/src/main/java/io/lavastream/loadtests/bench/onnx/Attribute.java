package io.lavastream.loadtests.bench.onnx;

/** A named constant of a node. */
public sealed interface Attribute {
    String name();

    /** A whole number. */
    record Whole(String name, long value) implements Attribute {}

    /** A float. */
    record Real(String name, float value) implements Attribute {}

    /** Several whole numbers. */
    @SuppressWarnings("ArrayRecordComponent") // On its way into a file.
    record Wholes(String name, long... values) implements Attribute {}

    static Attribute of(String name, long value) {
        return new Whole(name, value);
    }

    static Attribute of(String name, float value) {
        return new Real(name, value);
    }
}
