package io.lavastream.engine.model;

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
            AssignVariableOp assign) {}

    private final Ops tf;
    private final List<Declared> declared = new ArrayList<>();

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
     * Fills every variable, in one run. A variable takes over the memory of the tensor that is
     * assigned to it, so nothing is copied and no two variables may be given the same tensor; each
     * gets its own, which nobody else keeps.
     */
    void initialize(Session session) {
        List<Tensor> values = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            for (Declared variable : declared) {
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
