package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.image.PixelValues;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/** {@code encode_images}: pixels to the rows that stand for an image in the prompt. */
final class VisionSignature {
    private final Shape shape;
    private final Placeholder<TFloat32> pixels;
    private final Operand<TFloat32> hidden;
    private final Operand<TFloat32> projected;

    VisionSignature(Ops tf, Weights weights, LlavaConfig config) {
        int side = config.vision().imageSize();
        shape = Shape.of(3, side, side);
        pixels = tf.placeholder(TFloat32.class, Placeholder.shape(shape));
        hidden = new ClipVisionTower(tf, weights, config).features(pixels);
        projected = new MultiModalProjector(tf, weights, config).project(hidden);
    }

    /** [image tokens, language width] flattened. */
    float[] run(Session session, PixelValues image) {
        return fetch(session, image, projected);
    }

    /**
     * The vision tower's part alone, [image tokens, vision width] flattened; for comparison with a
     * reference.
     */
    float[] runTower(Session session, PixelValues image) {
        return fetch(session, image, hidden);
    }

    private float[] fetch(Session session, PixelValues image, Operand<TFloat32> output) {
        try (TFloat32 values = Tensors.floats(shape, image.values());
                Result result = RunTrace.run(session.runner().feed(pixels, values).fetch(output))) {
            return Tensors.floats(result.get(0));
        }
    }
}
