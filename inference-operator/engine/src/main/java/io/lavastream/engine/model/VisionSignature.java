package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig.FeatureSelection;
import io.lavastream.engine.image.PixelValues;
import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Operand;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.types.TFloat32;

/**
 * {@code encode_images}: pixels to the rows that stand for an image in the prompt. May be run unit by
 * unit, so that others need not wait for the whole: a unit is a layer, the embedding being part of the
 * first and the projector the last unit.
 */
final class VisionSignature {
    private final Shape pixelShape;
    private final Shape stateShape;

    /** Where a run may begin and end: pixels, then what each unit makes of what the one before made. */
    private final List<Operand<TFloat32>> points = new ArrayList<>();

    private final Operand<TFloat32> features;

    VisionSignature(Ops tf, Weights weights, LlavaConfig config, ModelSettings settings) {
        int side = config.vision().imageSize();
        pixelShape = Shape.of(3, side, side);
        stateShape = Shape.of(1 + config.vision().patches(), config.vision().hiddenSize());
        Placeholder<TFloat32> pixels =
                tf.placeholder(TFloat32.class, Placeholder.shape(pixelShape));
        ClipVisionTower tower = new ClipVisionTower(tf, weights, config);
        List<Operand<TFloat32>> states = tower.states(pixels);
        features = tower.features(states.get(states.size() - 1));

        points.add(pixels);
        points.addAll(states.subList(1, states.size()));
        if (config.features() != FeatureSelection.PATCHES && points.size() > 1) {
            points.remove(points.size() - 1); // The projector's matrix may wait for it; see states.
        }
        points.add(new MultiModalProjector(tf, weights, config).project(features));
    }

    /** Units of the whole. */
    int units() {
        return points.size() - 1;
    }

    /** An input of {@link #run} from {@code unit} on. */
    float[] zeros(int unit) {
        return new float[(int) shape(unit).size()];
    }

    /**
     * Units {@code from} to {@code end}.
     *
     * @param input pixels [3, side, side] for unit 0, else the output of the unit before {@code from}
     * @return hidden state [1 + patches, vision width], or of the last unit [image tokens, language width];
     *     flattened
     */
    float[] run(Session session, int from, int end, float[] input) {
        return fetch(session, from, input, points.get(end));
    }

    /**
     * The vision tower's part alone, [image tokens, vision width] flattened; for comparison with a
     * reference.
     */
    float[] runTower(Session session, PixelValues image) {
        return fetch(session, 0, image.values(), features);
    }

    private float[] fetch(Session session, int from, float[] input, Operand<TFloat32> output) {
        try (TFloat32 values = Tensors.floats(shape(from), input);
                Result result =
                        RunTrace.run(
                                session.runner().feed(points.get(from), values).fetch(output))) {
            return Tensors.floats(result.get(0));
        }
    }

    private Shape shape(int unit) {
        return unit == 0 ? pixelShape : stateShape;
    }
}
