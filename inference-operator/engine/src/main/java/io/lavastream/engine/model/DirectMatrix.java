package io.lavastream.engine.model;

import static io.lavastream.engine.model.layers.Precision.as;

import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.op.linalg.MatMul;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.family.TNumber;

/**
 * A weight matrix that is multiplied in the type and order it is kept in, as a GPU does it fastest: x is rounded to that type, the
 * product accumulates in float32 and is rounded to it. See {@link GraphForms#GPU}.
 *
 * @param values [out, in]
 */
record DirectMatrix<T extends TNumber>(Ops tf, Operand<T> values) implements EmbeddingMatrix {
    @Override
    public Operand<TFloat32> times(Operand<TFloat32> x) {
        Operand<T> narrow = as(tf, x, values.type());
        return as(tf, tf.linalg.matMul(narrow, values, MatMul.transposeB(true)), TFloat32.class);
    }

    @Override
    public Operand<TFloat32> rows(Operand<TInt32> ids) {
        return as(tf, tf.gather(values, ids, tf.constant(0)), TFloat32.class);
    }
}
