package io.lavastream.loadtests.bench.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlamaConfig;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The language model as a Java user gets it who exports a model instead of building a graph for ONNX Runtime, see {@link
 * ConcatenatedCache}: it only decodes. What {@link PeerModel} is measured by is faster. One thread makes every call; {@link #close}
 * frees the model.
 */
public final class ExportedDecoder implements AutoCloseable {
    private final OrtEnvironment environment = OnnxRuntime.environment();
    private final LlamaConfig config;
    private final OrtSession session;

    private ExportedDecoder(LlamaConfig config, OrtSession session) {
        this.config = config;
        this.session = session;
    }

    /**
     * Loads the language model of {@code checkpoint}; its graph is written beside it first, where it is not there yet.
     *
     * @param positions that a sequence may reach
     */
    public static ExportedDecoder open(Path checkpoint, int positions, int threads) {
        try (Checkpoint open = Checkpoint.open(checkpoint)) {
            LlamaConfig config = open.config().text();
            Path graph =
                    new PeerFiles(checkpoint, open)
                            .graph(
                                    "exported-%d".formatted(positions),
                                    (target, weights) ->
                                            DecoderGraph.buildExported(
                                                    config, positions, target, weights));
            return new ExportedDecoder(config, OnnxRuntime.session(graph, threads));
        }
    }

    /** {@code sequences} that decode together, behind {@code length} positions of zeros. The caller closes it before this model. */
    public Batch batch(int sequences, int length) {
        return new Batch(sequences, length);
    }

    @Override
    public void close() {
        try {
            session.close();
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not close", e);
        }
    }

    /** Sequences of one length. */
    public final class Batch implements AutoCloseable {
        private final FloatPointer zeros;
        private final Map<String, OnnxTensor> past = new HashMap<>();
        private final Set<String> present = new TreeSet<>();
        private OrtSession.Result last;
        private int length;

        private Batch(int sequences, int length) {
            this.length = length;
            long[] shape = {sequences, config.heads(), length, config.headSize()};
            long elements = Arrays.stream(shape).reduce(1, Math::multiplyExact);
            this.zeros = new FloatPointer(Math.max(1, elements));
            zeros.zero();
            for (int i = 0; i < config.layers(); i++) {
                for (String what : List.of("key", "value")) {
                    past.put(
                            DecoderCache.past(i, what),
                            tensor(zeros.capacity(elements).asBuffer(), shape));
                    present.add(DecoderCache.present(i, what));
                }
            }
        }

        /** A greedy step of all sequences, each with its token. */
        public int[] decode(int[] tokens) {
            OnnxTensor chosen = step(tokens, DecoderGraph.TOKENS);
            LongBuffer ids = chosen.getLongBuffer();
            int[] next = new int[tokens.length];
            Arrays.setAll(next, i -> (int) ids.get(i));
            return next;
        }

        /** As {@link #decode}; returns the logits, [sequence, vocabulary] flattened. */
        public float[] logits(int[] tokens) {
            FloatBuffer logits = step(tokens, DecoderGraph.LOGITS).getFloatBuffer();
            float[] values = new float[logits.remaining()];
            logits.get(values);
            return values;
        }

        private OnnxTensor step(int[] tokens, String output) {
            long[] ids = Arrays.stream(tokens).asLongStream().toArray();
            try (OnnxTensor input = tensor(ids, ids.length, 1);
                    OnnxTensor position = tensor(new long[] {length}, 1)) {
                Map<String, OnnxTensor> inputs = new HashMap<>(past);
                inputs.put(DecoderGraph.IDS, input);
                inputs.put(ConcatenatedCache.POSITION, position);
                Set<String> outputs = new TreeSet<>(present);
                outputs.add(output);
                OrtSession.Result result = session.run(inputs, outputs);
                keep(result);
                return (OnnxTensor) result.get(output).orElseThrow();
            } catch (OrtException e) {
                throw new IllegalStateException("the exported decoder failed", e);
            }
        }

        @Override
        public void close() {
            freePast();
            zeros.close();
        }

        /** What this step made is the next one's past. */
        private void keep(OrtSession.Result result) {
            freePast();
            last = result;
            for (int i = 0; i < config.layers(); i++) {
                for (String what : List.of("key", "value")) {
                    past.put(
                            DecoderCache.past(i, what),
                            (OnnxTensor) result.get(DecoderCache.present(i, what)).orElseThrow());
                }
            }
            length++;
        }

        private void freePast() {
            if (last == null) {
                past.values().forEach(OnnxTensor::close);
            } else {
                last.close(); // with all that it made
            }
        }
    }

    private OnnxTensor tensor(long[] values, long... shape) throws OrtException {
        return OnnxTensor.createTensor(environment, LongBuffer.wrap(values), shape);
    }

    private OnnxTensor tensor(FloatBuffer values, long[] shape) {
        try {
            return OnnxTensor.createTensor(environment, values, shape);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not take a buffer", e);
        }
    }
}
