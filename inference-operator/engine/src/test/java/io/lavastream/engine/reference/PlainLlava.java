package io.lavastream.engine.reference;

import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * LLaVA's forward pass in plain float64 loops, written from the papers (arXiv 2103.00020, 2302.13971,
 * 2310.03744) and sharing no code with ours. Matrices are [rows][columns].
 *
 * @param weights by the names of the Hugging Face layout
 * @param side patches along the side of an image
 * @param visionLayers encoder layers that are run
 */
public record PlainLlava(
        Map<String, Tensor> weights,
        int side,
        int visionLayers,
        int visionHeads,
        int layers,
        int heads,
        int keyValueHeads) {
    private static final int PATCH = 14;
    private static final double EPSILON = 1e-5;
    private static final double ROPE_BASE = 10_000;

    /** Projected features of one image, {@code pixels} [3, side * 14, side * 14]: a row a patch. */
    public double[][] encode(float[] pixels) {
        String tower = "vision_tower.vision_model.";
        double[][] x = embedded(tower + "embeddings.", pixels);
        x = layerNorm(tower + "pre_layrnorm", x);
        for (int i = 0; i < visionLayers; i++) {
            String layer = tower + "encoder.layers.%d.".formatted(i);
            x = sum(x, visionAttention(layer + "self_attn.", layerNorm(layer + "layer_norm1", x)));
            double[][] inner = linear(layer + "mlp.fc1", layerNorm(layer + "layer_norm2", x));
            x = sum(x, linear(layer + "mlp.fc2", each(inner, v -> v * sigmoid(1.702 * v))));
        }
        double[][] patches = new double[side * side][];
        System.arraycopy(x, 1, patches, 0, patches.length);
        String projector = "multi_modal_projector.";
        return linear(
                projector + "linear_2",
                each(linear(projector + "linear_1", patches), PlainLlava::gelu));
    }

    /** The embedding of {@code token}. */
    public double[] embed(int token) {
        return matrix("language_model.model.embed_tokens.weight")[token];
    }

    /** The logits after each position of a prompt of embeddings. */
    public double[][] logits(double[][] embeddings) {
        String model = "language_model.model.";
        double[][] x = embeddings;
        for (int i = 0; i < layers; i++) {
            String layer = model + "layers.%d.".formatted(i);
            x =
                    sum(
                            x,
                            decoderAttention(
                                    layer + "self_attn.", rmsNorm(layer + "input_layernorm", x)));
            double[][] normed = rmsNorm(layer + "post_attention_layernorm", x);
            double[][] gate = each(linear(layer + "mlp.gate_proj", normed), v -> v * sigmoid(v));
            double[][] up = linear(layer + "mlp.up_proj", normed);
            for (int row = 0; row < gate.length; row++) {
                for (int j = 0; j < gate[row].length; j++) {
                    gate[row][j] *= up[row][j];
                }
            }
            x = sum(x, linear(layer + "mlp.down_proj", gate));
        }
        return linear("language_model.lm_head", rmsNorm(model + "norm", x));
    }

    private double[][] embedded(String embeddings, float[] pixels) {
        float[] kernel = weights.get(embeddings + "patch_embedding.weight").values();
        double[][] positions = matrix(embeddings + "position_embedding.weight");
        float[] classToken = weights.get(embeddings + "class_embedding").values();
        int width = classToken.length;
        int imageSide = side * PATCH;
        double[][] x = new double[1 + side * side][width];
        for (int j = 0; j < width; j++) {
            x[0][j] = classToken[j] + positions[0][j];
            for (int patch = 0; patch < side * side; patch++) {
                double value = positions[1 + patch][j];
                for (int channel = 0; channel < 3; channel++) {
                    for (int dy = 0; dy < PATCH; dy++) {
                        for (int dx = 0; dx < PATCH; dx++) {
                            int row = patch / side * PATCH + dy;
                            int column = patch % side * PATCH + dx;
                            value +=
                                    (double) kernel[((j * 3 + channel) * PATCH + dy) * PATCH + dx]
                                            * pixels[
                                                    (channel * imageSide + row) * imageSide
                                                            + column];
                        }
                    }
                }
                x[1 + patch][j] = value;
            }
        }
        return x;
    }

    private double[][] visionAttention(String prefix, double[][] x) {
        double[][] attended =
                attention(
                        linear(prefix + "q_proj", x),
                        linear(prefix + "k_proj", x),
                        linear(prefix + "v_proj", x),
                        visionHeads,
                        visionHeads,
                        false);
        return linear(prefix + "out_proj", attended);
    }

    private double[][] decoderAttention(String prefix, double[][] x) {
        double[][] attended =
                attention(
                        rotated(linear(prefix + "q_proj", x), heads),
                        rotated(linear(prefix + "k_proj", x), keyValueHeads),
                        linear(prefix + "v_proj", x),
                        heads,
                        keyValueHeads,
                        true);
        return linear(prefix + "o_proj", attended);
    }

    private static double[][] attention(
            double[][] queries,
            double[][] keys,
            double[][] values,
            int heads,
            int keyValueHeads,
            boolean causal) {
        int size = queries[0].length / heads;
        double[][] result = new double[queries.length][queries[0].length];
        for (int head = 0; head < heads; head++) {
            int from = head * size;
            int shared = head / (heads / keyValueHeads) * size;
            for (int i = 0; i < queries.length; i++) {
                int seen = causal ? i + 1 : keys.length;
                double[] scores = new double[seen];
                double total = 0;
                for (int j = 0; j < seen; j++) {
                    double score = 0;
                    for (int d = 0; d < size; d++) {
                        score += queries[i][from + d] * keys[j][shared + d];
                    }
                    scores[j] = Math.exp(score / Math.sqrt(size));
                    total += scores[j];
                }
                for (int j = 0; j < seen; j++) {
                    for (int d = 0; d < size; d++) {
                        result[i][from + d] += scores[j] / total * values[j][shared + d];
                    }
                }
            }
        }
        return result;
    }

    /** Each head's first half with its second, by angles that fall with the dimension. */
    private static double[][] rotated(double[][] x, int heads) {
        int size = x[0].length / heads;
        double[][] result = new double[x.length][x[0].length];
        for (int position = 0; position < x.length; position++) {
            for (int i = 0; i < x[0].length; i++) {
                int dimension = i % size;
                int pair = dimension % (size / 2);
                double angle = position / Math.pow(ROPE_BASE, 2.0 * pair / size);
                boolean first = dimension < size / 2;
                double other = first ? -x[position][i + size / 2] : x[position][i - size / 2];
                result[position][i] = x[position][i] * Math.cos(angle) + other * Math.sin(angle);
            }
        }
        return result;
    }

    private double[][] layerNorm(String name, double[][] x) {
        float[] weight = weights.get(name + ".weight").values();
        float[] bias = weights.get(name + ".bias").values();
        double[][] result = new double[x.length][weight.length];
        for (int row = 0; row < x.length; row++) {
            double mean = 0;
            for (double value : x[row]) {
                mean += value / weight.length;
            }
            double variance = 0;
            for (double value : x[row]) {
                variance += (value - mean) * (value - mean) / weight.length;
            }
            for (int j = 0; j < weight.length; j++) {
                result[row][j] =
                        (x[row][j] - mean) / Math.sqrt(variance + EPSILON) * weight[j] + bias[j];
            }
        }
        return result;
    }

    private double[][] rmsNorm(String name, double[][] x) {
        float[] weight = weights.get(name + ".weight").values();
        double[][] result = new double[x.length][weight.length];
        for (int row = 0; row < x.length; row++) {
            double square = 0;
            for (double value : x[row]) {
                square += value * value / weight.length;
            }
            for (int j = 0; j < weight.length; j++) {
                result[row][j] = x[row][j] / Math.sqrt(square + EPSILON) * weight[j];
            }
        }
        return result;
    }

    private double[][] linear(String name, double[][] x) {
        double[][] weight = matrix(name + ".weight");
        Tensor bias = weights.get(name + ".bias");
        double[][] result = new double[x.length][weight.length];
        for (int row = 0; row < x.length; row++) {
            for (int out = 0; out < weight.length; out++) {
                double value = bias == null ? 0 : bias.values()[out];
                for (int in = 0; in < x[row].length; in++) {
                    value += weight[out][in] * x[row][in];
                }
                result[row][out] = value;
            }
        }
        return result;
    }

    private double[][] matrix(String name) {
        Tensor tensor = weights.get(name);
        int columns = tensor.shape().get(1).intValue();
        double[][] matrix = new double[tensor.shape().get(0).intValue()][columns];
        for (int i = 0; i < tensor.values().length; i++) {
            matrix[i / columns][i % columns] = tensor.values()[i];
        }
        return matrix;
    }

    private static double[][] sum(double[][] a, double[][] b) {
        double[][] result = new double[a.length][a[0].length];
        for (int row = 0; row < a.length; row++) {
            for (int j = 0; j < a[row].length; j++) {
                result[row][j] = a[row][j] + b[row][j];
            }
        }
        return result;
    }

    private static double[][] each(double[][] x, DoubleUnaryOperator function) {
        double[][] result = new double[x.length][x[0].length];
        for (int row = 0; row < x.length; row++) {
            for (int j = 0; j < x[row].length; j++) {
                result[row][j] = function.applyAsDouble(x[row][j]);
            }
        }
        return result;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static double gelu(double x) {
        return x * normalDistribution(x);
    }

    /** By its Taylor series, which converges fast enough for what features are. */
    private static double normalDistribution(double x) {
        if (Math.abs(x) > 8) {
            return x > 0 ? 1 : 0;
        }
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 && n < 500; n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }
}
