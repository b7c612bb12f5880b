package io.lavastream.engine.model;

import io.lavastream.engine.model.layers.Linear;
import org.tensorflow.Operand;
import org.tensorflow.op.Ops;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;

/** A weight matrix kept in the checkpoint's own order, [out, in], so that its rows can be looked up. */
interface EmbeddingMatrix extends Matrix {
    /** The rows {@code ids} [n]: [n, in]. */
    Operand<TFloat32> rows(Operand<TInt32> ids);

    /** A matrix kept in float32. */
    record Float32(Ops tf, Operand<TFloat32> values) implements EmbeddingMatrix {
        @Override
        public Operand<TFloat32> times(Operand<TFloat32> x) {
            return Linear.linear(tf, x, values);
        }

        @Override
        public Operand<TFloat32> rows(Operand<TInt32> ids) {
            return tf.gather(values, ids, tf.constant(0));
        }
    }
}
