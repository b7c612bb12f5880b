package io.lavastream.engine.model;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.TensorType;

/** In which type a tensor is kept in memory. */
public final class KeptType {
    private static final String VISION_TOWER = "vision_tower.";
    private static final String LANGUAGE_MODEL_LAYERS = "language_model.model.layers.";

    private KeptType() {}

    /**
     * What is not a matrix stays in float32: a thousandth of a model. So does a vision tower that is
     * stored in float32, as the one of the original layout is: it is a small part of the model, and
     * rounded it would change every feature.
     *
     * @param name as {@code llava-hf/llava-1.5} checkpoints name it
     * @param rank dimensions of the tensor
     * @param stored in the checkpoint
     * @param asked in the settings
     */
    public static WeightType of(String name, int rank, TensorType stored, WeightType asked) {
        boolean wideTower = name.startsWith(VISION_TOWER) && stored == TensorType.F32;
        if (rank != 2 || wideTower) {
            return WeightType.F32;
        }
        return asked == WeightType.INT8 && !name.startsWith(LANGUAGE_MODEL_LAYERS)
                ? own(stored)
                : asked;
    }

    private static WeightType own(TensorType stored) {
        return switch (stored) {
            case F16 -> WeightType.FP16;
            case BF16 -> WeightType.BF16;
            default -> WeightType.F32;
        };
    }
}
