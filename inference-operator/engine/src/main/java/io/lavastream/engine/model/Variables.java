package io.lavastream.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.AssignVariableOp;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.VarHandleOp;
import org.tensorflow.types.TFloat32;

/**
 * The resource variables of one graph: declared while it is built, filled once when its session is
 * open. They outlive each {@code Session.run}, so neither weights nor cache are ever fed again.
 */
final class Variables {
    /** Writes a variable's first values, all of them, in C order. */
    @FunctionalInterface
    interface Initializer {
        void fill(FloatDataBuffer values);
    }

    private record Declared(
            Shape shape,
            Initializer initializer,
            Placeholder<TFloat32> value,
            AssignVariableOp assign) {}

    private final Ops tf;
    private final List<Declared> declared = new ArrayList<>();

    Variables(Ops tf) {
        this.tf = tf;
    }

    /** A new variable; {@code name} must be unique in the graph. */
    Variable declare(String name, Shape shape, Initializer initializer) {
        VarHandleOp handle =
                tf.withName(name).varHandleOp(TFloat32.class, shape, VarHandleOp.sharedName(name));
        Placeholder<TFloat32> value = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
        declared.add(new Declared(shape, initializer, value, tf.assignVariableOp(handle, value)));
        return new Variable(handle);
    }

    /**
     * Fills every variable, in one run. A variable takes over the memory of the tensor that is
     * assigned to it, so nothing is copied and no two variables may be given the same tensor; each
     * gets its own, which nobody else keeps.
     */
    void initialize(Session session) {
        List<TFloat32> values = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            for (Declared variable : declared) {
                TFloat32 value = TFloat32.tensorOf(variable.shape());
                values.add(value);
                variable.initializer().fill(value.asRawTensor().data().asFloats());
                runner.feed(variable.value(), value).addTarget(variable.assign());
            }
            runner.run().close();
        } finally {
            values.forEach(TFloat32::close);
        }
    }

    /** One variable. */
    record Variable(VarHandleOp handle) {
        /** Its value when the run reaches this operation. */
        Operand<TFloat32> read(Ops tf) {
            return tf.readVariableOp(handle, TFloat32.class);
        }
    }
}
