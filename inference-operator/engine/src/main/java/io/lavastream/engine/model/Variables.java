package io.lavastream.engine.model;

import static io.lavastream.engine.model.layers.Precision.as;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tensorflow.Operand;
import org.tensorflow.RawTensor;
import org.tensorflow.Session;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.family.TNumber;
import org.tensorflow.types.family.TType;

/**
 * The resource variables of one graph: declared while it is built, filled once when its session is
 * open. They outlive each {@code Session.run}, so neither weights nor cache are ever fed again.
 */
final class Variables {
    /** Writes a float32 variable's first values, all of them, in C order. */
    @FunctionalInterface
    interface Initializer {
        void fill(FloatDataBuffer values);
    }

    private record Declared(
            Class<? extends TType> type,
            Shape shape,
            Consumer<RawTensor> initializer,
            Placeholder<? extends TType> value,
            AssignVariableOp assign) {
        /** In the widest type that any variable has. */
        long mostBytes() {
            return shape.size() * Float.BYTES;
        }
    }

    /** A variable that begins as zeros, which are made where it lies. */
    private record Zeroed(Shape shape, Placeholder<TInt64> dimensions, AssignVariableOp assign) {}

    private final Ops tf;
    private final List<Declared> declared = new ArrayList<>();
    private final List<Zeroed> zeroed = new ArrayList<>();

    Variables(Ops tf) {
        this.tf = tf;
    }

    /** A new float32 variable; {@code name} must be unique in the graph. */
    Variable<TFloat32> declare(String name, Shape shape, Initializer initializer) {
        return declare(
                name, TFloat32.class, shape, value -> initializer.fill(value.data().asFloats()));
    }

    /**
     * A new variable of {@code type}; {@code name} must be unique in the graph.
     *
     * @param initializer writes the first values, all of them, in C order
     */
    <T extends TType> Variable<T> declare(
            String name, Class<T> type, Shape shape, Consumer<RawTensor> initializer) {
        VarHandleOp handle =
                tf.withName(name).varHandleOp(type, shape, VarHandleOp.sharedName(name));
        Placeholder<T> value = tf.placeholder(type, Placeholder.shape(shape));
        declared.add(
                new Declared(type, shape, initializer, value, tf.assignVariableOp(handle, value)));
        return new Variable<>(handle, type);
    }

    /**
     * A new variable of zeros, made on the device that the variable is on: what is as large as a
     * GPU's memory need not pass through the host's.
     */
    <T extends TNumber> Variable<T> declareZeros(String name, Class<T> type, Shape shape) {
        VarHandleOp handle =
                tf.withName(name).varHandleOp(type, shape, VarHandleOp.sharedName(name));
        Placeholder<TInt64> dimensions =
                tf.placeholder(TInt64.class, Placeholder.shape(Shape.of(shape.numDimensions())));
        Operand<T> zeros = tf.fill(dimensions, as(tf, tf.constant(0f), type));
        zeroed.add(new Zeroed(shape, dimensions, tf.assignVariableOp(handle, zeros)));
        return new Variable<>(handle, type);
    }

    /**
     * Fills every variable: those of zeros first, as they are what a device may not have the memory
     * for, then the rest in as many runs as {@code bytesPerRun} asks for, one at least. On a CPU a
     * variable takes over the memory of the tensor that is assigned to it, so nothing is copied and
     * no two variables may be given the same tensor; each gets its own, which nobody else keeps.
     *
     * @param bytesPerRun most that is fed at once; a larger variable has a run of its own. Each run is
     *     prepared by TensorFlow, for some ten milliseconds
     */
    void initialize(Session session, long bytesPerRun) {
        zeroed.forEach(variable -> zero(session, variable));
        List<Declared> run = new ArrayList<>();
        long bytes = 0;
        for (Declared variable : declared) {
            if (!run.isEmpty() && bytes + variable.mostBytes() > bytesPerRun) {
                fill(session, run);
                run.clear();
                bytes = 0;
            }
            run.add(variable);
            bytes += variable.mostBytes();
        }
        fill(session, run);
    }

    /**
     * A run for each, with its dimensions fed: equal operations in one run would be merged, and the
     * variables share their memory.
     */
    private static void zero(Session session, Zeroed variable) {
        try (TInt64 dimensions = TInt64.vectorOf(variable.shape().asArray())) {
            session.runner()
                    .feed(variable.dimensions(), dimensions)
                    .addTarget(variable.assign())
                    .run()
                    .close();
        }
    }

    private static void fill(Session session, List<Declared> variables) {
        List<Tensor> values = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            for (Declared variable : variables) {
                Tensor value = Tensor.of(variable.type(), variable.shape());
                values.add(value);
                variable.initializer().accept(value.asRawTensor());
                runner.feed(variable.value(), value).addTarget(variable.assign());
            }
            runner.run().close();
        } finally {
            values.forEach(Tensor::close);
        }
    }

    /** One variable. */
    record Variable<T extends TType>(VarHandleOp handle, Class<T> type) {
        /** Its value when the run reaches this operation. */
        Operand<T> read(Ops tf) {
            return tf.readVariableOp(handle, type);
        }
    }
}
