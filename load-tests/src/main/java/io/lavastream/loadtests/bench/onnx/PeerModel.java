package io.lavastream.loadtests.bench.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.FloatPointer;
import org.tensorflow.TensorFlow;

/**
 * What a Java user would run instead: the same model with the same weights, in float32, in ONNX Runtime.
 *
 * <p>Done for its speed: keys and values stay in one preallocated buffer a layer, bound as input and as output, so that a step
 * copies none of them; all tensors of a step but the embeddings are made once; of the outputs only the chosen tokens leave the
 * runtime while it decodes. One thread makes every call; {@link #close} frees the model.
 */
public final class PeerModel implements AutoCloseable {
    static {
        // Buffers beyond the JVM's limit come from JavaCPP, whose library TensorFlow carries.
        TensorFlow.version();
    }

    private final OrtEnvironment environment = OnnxRuntime.environment();
    private final LlavaConfig config;
    private final int positions;
    private final OrtSession vision;
    private final OrtSession decoder;
    private final FloatPointer embedding;

    private PeerModel(
            Checkpoint checkpoint, Path vision, Path decoder, int positions, int threads) {
        this.config = checkpoint.config();
        this.positions = positions;
        this.vision = OnnxRuntime.session(vision, threads);
        this.decoder = OnnxRuntime.session(decoder, threads);
        long elements = (long) config.text().vocabularySize() * config.text().hiddenSize();
        this.embedding = new FloatPointer(elements);
        FloatBuffer rows = embedding.asBuffer();
        checkpoint.read(
                DecoderGraph.EMBEDDING,
                (offset, values, count) -> rows.put((int) offset, values, 0, count));
    }

    /**
     * Loads the model of {@code checkpoint}; its graphs are written beside it first, where they are not there yet.
     *
     * @param positions of a sequence, prompt and answer together
     */
    public static PeerModel open(Path checkpoint, int positions, int threads) {
        try (Checkpoint open = Checkpoint.open(checkpoint)) {
            PeerFiles files = new PeerFiles(checkpoint, open);
            Path vision =
                    files.graph(
                            "vision",
                            (graph, weights) -> VisionGraph.build(open.config(), graph, weights));
            Path decoder =
                    files.graph(
                            "decoder-%d".formatted(positions),
                            (graph, weights) ->
                                    DecoderGraph.build(
                                            open.config().text(), positions, graph, weights));
            return new PeerModel(open, vision, decoder, positions, threads);
        }
    }

    /** Vision tower and projector: [image tokens, hidden size] flattened. {@code pixels} is [3, size, size] flattened. */
    public float[] encodeImage(float[] pixels) {
        int side = config.vision().imageSize();
        try (OnnxTensor image = tensor(pixels, 1, 3, side, side);
                OrtSession.Result result =
                        vision.run(
                                Map.of(VisionGraph.PIXELS, image), Set.of(VisionGraph.FEATURES))) {
            return floats(result, VisionGraph.FEATURES);
        } catch (OrtException e) {
            throw new IllegalStateException("the peer's vision tower failed", e);
        }
    }

    /** A cache for {@code sequences} that decode together. The caller closes it before this model. */
    public Batch batch(int sequences) {
        return new Batch(sequences);
    }

    @Override
    public void close() {
        try {
            vision.close();
            decoder.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not close", e);
        } finally {
            embedding.close();
        }
    }

    /** Sequences with one cache. */
    public final class Batch implements AutoCloseable {
        private final int sequences;
        private final FloatPointer memory;
        private final Map<String, OnnxTensor> past = new HashMap<>();
        private final Map<String, OnnxTensor> present = new HashMap<>();

        private Batch(int sequences) {
            this.sequences = sequences;
            int heads = config.text().keyValueHeads();
            int size = config.text().headSize();
            long elements = (long) sequences * heads * positions * size;
            int layers = config.text().layers();
            this.memory = new FloatPointer(elements * 2 * layers);
            memory.zero();
            for (int i = 0; i < layers; i++) {
                for (String what : List.of("key", "value")) {
                    long begin = past.size() * elements;
                    FloatBuffer buffer =
                            memory.getPointer(FloatPointer.class, begin)
                                    .capacity(elements)
                                    .asBuffer();
                    OnnxTensor tensor = direct(buffer, sequences, heads, positions, size);
                    past.put(DecoderCache.past(i, what), tensor);
                    present.put(DecoderCache.present(i, what), tensor);
                }
            }
        }

        /**
         * A prompt, of a batch of one sequence, from its start.
         *
         * @param tokens one a position; ignored where {@code rows} is not negative
         * @param rows row of {@code features}, or -1 for a token
         * @return the logits that follow
         */
        public float[] prefill(int[] tokens, int[] rows, float[] features) {
            int hidden = config.text().hiddenSize();
            float[] embedded = new float[tokens.length * hidden];
            for (int i = 0; i < tokens.length; i++) {
                if (rows[i] >= 0) {
                    System.arraycopy(features, rows[i] * hidden, embedded, i * hidden, hidden);
                } else {
                    embed(tokens[i], embedded, i * hidden);
                }
            }
            return run(embedded, tokens.length, tokens.length, Set.of(DecoderGraph.LOGITS)).logits;
        }

        /** A greedy step of all sequences, each with its token at {@code position}. */
        public int[] decode(int[] tokens, int position) {
            return step(tokens, position, DecoderGraph.TOKENS).tokens;
        }

        /** As {@link #decode}; returns the logits, [sequence, vocabulary] flattened. */
        public float[] logits(int[] tokens, int position) {
            return step(tokens, position, DecoderGraph.LOGITS).logits;
        }

        @Override
        public void close() {
            past.values().forEach(OnnxTensor::close);
            memory.close();
        }

        private Output step(int[] tokens, int position, String output) {
            int hidden = config.text().hiddenSize();
            float[] embedded = new float[sequences * hidden];
            for (int i = 0; i < sequences; i++) {
                embed(tokens[i], embedded, i * hidden);
            }
            return run(embedded, 1, position + 1, Set.of(output));
        }

        private Output run(float[] embedded, int length, int total, Set<String> outputs) {
            int[] lengths = new int[sequences];
            Arrays.fill(lengths, total - 1);
            try (OnnxTensor embeddings =
                            tensor(embedded, sequences, length, config.text().hiddenSize());
                    OnnxTensor ends =
                            OnnxTensor.createTensor(
                                    environment, IntBuffer.wrap(lengths), new long[] {sequences});
                    OnnxTensor longest =
                            OnnxTensor.createTensor(
                                    environment, IntBuffer.wrap(new int[] {total}), new long[0])) {
                Map<String, OnnxTensor> inputs = new HashMap<>(past);
                inputs.put(DecoderGraph.EMBEDDINGS, embeddings);
                inputs.put(InPlaceCache.LENGTHS, ends);
                inputs.put(InPlaceCache.LONGEST, longest);
                try (OrtSession.Result result = decoder.run(inputs, outputs, present)) {
                    return outputs.contains(DecoderGraph.TOKENS)
                            ? new Output(new float[0], tokens(result))
                            : new Output(floats(result, DecoderGraph.LOGITS), new int[0]);
                }
            } catch (OrtException e) {
                throw new IllegalStateException("the peer's decoder failed", e);
            }
        }

        private int[] tokens(OrtSession.Result result) {
            int[] tokens = new int[sequences];
            OnnxTensor chosen = (OnnxTensor) result.get(DecoderGraph.TOKENS).orElseThrow();
            for (int i = 0; i < sequences; i++) {
                tokens[i] = (int) chosen.getLongBuffer().get(i);
            }
            return tokens;
        }
    }

    @SuppressWarnings("ArrayRecordComponent") // Read at once.
    private record Output(float[] logits, int[] tokens) {}

    private void embed(int token, float[] target, int offset) {
        int hidden = config.text().hiddenSize();
        embedding.position((long) token * hidden).get(target, offset, hidden);
    }

    private OnnxTensor tensor(float[] values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
    }

    private OnnxTensor direct(FloatBuffer buffer, long... shape) {
        try {
            return OnnxTensor.createTensor(environment, buffer, shape);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not take a buffer", e);
        }
    }

    private static float[] floats(OrtSession.Result result, String output) {
        FloatBuffer buffer = ((OnnxTensor) result.get(output).orElseThrow()).getFloatBuffer();
        float[] values = new float[buffer.remaining()];
        buffer.get(values);
        return values;
    }
}
