package io.lavastream.engine.model;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlamaConfig;
import java.util.Arrays;

/**
 * The LLaMA decoder (arXiv 2302.13971) in plain Java and double precision, written from the paper and the published rules: a
 * second opinion. Reads each matrix when it needs it and keeps none.
 */
final class Float64Llama {
    private final Checkpoint checkpoint;
    private final LlamaConfig config;

    Float64Llama(Checkpoint checkpoint) {
        this.checkpoint = checkpoint;
        this.config = checkpoint.config().text();
    }

    /** The logits that follow {@code tokens}. */
    double[] logits(int[] tokens) {
        double[][] x = embed(tokens);
        for (int layer = 0; layer < config.layers(); layer++) {
            String name = "language_model.model.layers.%d.".formatted(layer);
            add(x, attention(name + "self_attn.", norm(name + "input_layernorm", x)));
            add(x, mlp(name + "mlp.", norm(name + "post_attention_layernorm", x)));
        }
        double[][] last = {x[x.length - 1]};
        return times("language_model.lm_head", norm("language_model.model.norm", last))[0];
    }

    private double[][] embed(int[] tokens) {
        int width = config.hiddenSize();
        double[][] x = new double[tokens.length][width];
        checkpoint.read(
                "language_model.model.embed_tokens.weight",
                (offset, values, count) -> {
                    for (int row = 0; row < tokens.length; row++) {
                        long begin = (long) tokens[row] * width;
                        long from = Math.max(begin, offset);
                        long to = Math.min(begin + width, offset + count);
                        for (long i = from; i < to; i++) {
                            x[row][(int) (i - begin)] = values[(int) (i - offset)];
                        }
                    }
                });
        return x;
    }

    private double[][] attention(String name, double[][] x) {
        double[][] queries = rotated(times(name + "q_proj", x));
        double[][] keys = rotated(times(name + "k_proj", x));
        double[][] values = times(name + "v_proj", x);
        int size = config.headSize();
        int group = config.heads() / config.keyValueHeads();
        double[][] attended = new double[x.length][config.heads() * size];
        for (int row = 0; row < x.length; row++) {
            for (int head = 0; head < config.heads(); head++) {
                int from = head / group * size;
                double[] shares = new double[row + 1];
                for (int past = 0; past <= row; past++) {
                    for (int i = 0; i < size; i++) {
                        shares[past] += queries[row][head * size + i] * keys[past][from + i];
                    }
                    shares[past] /= Math.sqrt(size);
                }
                softmax(shares);
                for (int past = 0; past <= row; past++) {
                    for (int i = 0; i < size; i++) {
                        attended[row][head * size + i] += shares[past] * values[past][from + i];
                    }
                }
            }
        }
        return times(name + "o_proj", attended);
    }

    private double[][] mlp(String name, double[][] x) {
        double[][] gate = times(name + "gate_proj", x);
        double[][] up = times(name + "up_proj", x);
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < gate[row].length; i++) {
                gate[row][i] *= up[row][i] / (1 + Math.exp(-gate[row][i]));
            }
        }
        return times(name + "down_proj", gate);
    }

    /** Component i of each head turns with component i + headSize / 2. */
    private double[][] rotated(double[][] x) {
        int size = config.headSize();
        int half = size / 2;
        for (int position = 0; position < x.length; position++) {
            for (int head = 0; head < x[position].length; head += size) {
                for (int i = 0; i < half; i++) {
                    double angle = position * Math.pow(config.ropeBase(), -2.0 * i / size);
                    double first = x[position][head + i];
                    double second = x[position][head + half + i];
                    x[position][head + i] = first * Math.cos(angle) - second * Math.sin(angle);
                    x[position][head + half + i] =
                            second * Math.cos(angle) + first * Math.sin(angle);
                }
            }
        }
        return x;
    }

    private double[][] norm(String name, double[][] x) {
        float[] weight = new float[config.hiddenSize()];
        checkpoint.read(
                name + ".weight",
                (offset, values, count) ->
                        System.arraycopy(values, 0, weight, (int) offset, count));
        double[][] normed = new double[x.length][weight.length];
        for (int row = 0; row < x.length; row++) {
            double square =
                    Arrays.stream(x[row]).map(value -> value * value).average().orElseThrow();
            double factor = 1 / Math.sqrt(square + config.normEpsilon());
            for (int i = 0; i < weight.length; i++) {
                normed[row][i] = x[row][i] * factor * weight[i];
            }
        }
        return normed;
    }

    /** {@code x} [rows, in] times the transpose of the weight [out, in], as its pieces come. */
    private double[][] times(String name, double[][] x) {
        int in = x[0].length;
        int[] out = {0};
        double[][] products = new double[x.length][outputs(name)];
        double[] sums = new double[x.length];
        checkpoint.read(
                name + ".weight",
                (offset, values, count) -> {
                    for (int i = 0; i < count; i++) {
                        int column = (int) ((offset + i) % in);
                        for (int row = 0; row < x.length; row++) {
                            sums[row] += values[i] * x[row][column];
                        }
                        if (column == in - 1) {
                            for (int row = 0; row < x.length; row++) {
                                products[row][out[0]] = sums[row];
                                sums[row] = 0;
                            }
                            out[0]++;
                        }
                    }
                });
        return products;
    }

    private int outputs(String name) {
        if (name.endsWith("lm_head")) {
            return config.vocabularySize();
        }
        if (name.endsWith("gate_proj") || name.endsWith("up_proj")) {
            return config.intermediateSize();
        }
        boolean keyOrValue = name.endsWith("k_proj") || name.endsWith("v_proj");
        if (keyOrValue) {
            return config.keyValueHeads() * config.headSize();
        }
        return name.endsWith("q_proj") ? config.heads() * config.headSize() : config.hiddenSize();
    }

    private static void softmax(double[] scores) {
        double max = Arrays.stream(scores).max().orElseThrow();
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            scores[i] = Math.exp(scores[i] - max);
            sum += scores[i];
        }
        for (int i = 0; i < scores.length; i++) {
            scores[i] /= sum;
        }
    }

    private static void add(double[][] x, double[][] y) {
        for (int row = 0; row < x.length; row++) {
            for (int i = 0; i < x[row].length; i++) {
                x[row][i] += y[row][i];
            }
        }
    }
}
