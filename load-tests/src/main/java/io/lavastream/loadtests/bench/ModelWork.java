package io.lavastream.loadtests.bench;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.ModelTensors;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.model.KeptType;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * What a model has to compute and to read at the least: matrix products and attention, nothing
 * beside them, each weight read once a step. Floating-point operations count a multiplication and
 * an addition as two.
 */
record ModelWork(LlavaConfig config, WeightType weights) {
    private static final int CHANNELS = 3;
    private static final String HEAD = "language_model.lm_head.weight";

    /** Operations for one image: patches, tower, projector. */
    double visionOperations() {
        ClipVisionConfig vision = config.vision();
        double rows = vision.patches() + 1.0;
        double hidden = vision.hiddenSize();
        double patch =
                2.0
                        * vision.patches()
                        * hidden
                        * CHANNELS
                        * vision.patchSize()
                        * vision.patchSize();
        double products = 2 * rows * (4 * hidden * hidden + 2 * hidden * vision.intermediateSize());
        double attention = 2 * 2 * rows * rows * hidden;
        return patch + config.visionLayers() * (products + attention) + projectorOperations();
    }

    /** Operations for a prompt of {@code positions}, with the logits of its last one. */
    double prefillOperations(int positions) {
        LlamaConfig text = config.text();
        double products = 2.0 * positions * layerWeights();
        // A position attends to itself and those before it: half of all pairs.
        double pairs = positions * (positions + 1.0) / 2;
        double attention = 2 * 2 * pairs * text.heads() * text.headSize();
        return text.layers() * (products + attention) + 2.0 * headWeights();
    }

    /** Bytes that a step of {@code sequences} reads, each of them attending to {@code positions}. */
    double decodeBytes(int sequences, int positions) {
        LlamaConfig text = config.text();
        double layers = text.layers() * layerWeights() * weights.bytes();
        double head = headWeights() * headType().bytes();
        return layers + head + (double) sequences * positions * cacheBytesPerPosition();
    }

    /** Keys and values of one position, in float32. */
    double cacheBytesPerPosition() {
        LlamaConfig text = config.text();
        return 2.0 * Float.BYTES * text.layers() * text.keyValueHeads() * text.headSize();
    }

    /**
     * Bytes of all weights that are loaded, as they are kept in memory.
     *
     * @param stored type of a tensor in the checkpoint, by name
     */
    double keptBytes(Function<String, TensorType> stored) {
        return ModelTensors.huggingFace(config).stream()
                .filter(tensor -> isLoaded(tensor.name()))
                .mapToDouble(
                        tensor ->
                                (double) tensor.elements()
                                        * KeptType.of(
                                                        tensor.name(),
                                                        tensor.shape().size(),
                                                        stored.apply(tensor.name()),
                                                        weights)
                                                .bytes())
                .sum();
    }

    /** The upper end of the vision tower is not used. */
    private boolean isLoaded(String tensor) {
        return !tensor.contains("post_layernorm")
                && IntStream.range(config.visionLayers(), config.vision().layers())
                        .noneMatch(i -> tensor.contains("encoder.layers.%d.".formatted(i)));
    }

    /** Weights of the matrices of one decoder layer. */
    private double layerWeights() {
        LlamaConfig text = config.text();
        double hidden = text.hiddenSize();
        double queries = (double) text.heads() * text.headSize();
        double keyValues = (double) text.keyValueHeads() * text.headSize();
        return 2 * hidden * queries + 2 * hidden * keyValues + 3 * hidden * text.intermediateSize();
    }

    /** Where layers are kept in 8 bits, it is not. */
    private WeightType headType() {
        return KeptType.of(HEAD, 2, BenchCheckpoint.stored(weights), weights);
    }

    private double headWeights() {
        return (double) config.text().vocabularySize() * config.text().hiddenSize();
    }

    private double projectorOperations() {
        double hidden = config.text().hiddenSize();
        double first = config.vision().hiddenSize() * hidden;
        double second =
                config.projector() == LlavaConfig.Projector.MLP2X_GELU ? hidden * hidden : 0;
        return 2 * config.imageTokens() * (first + second);
    }
}
