package io.lavastream.loadtests.bench.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;

/** ONNX Runtime's sessions, with the settings that every one here has. */
public final class OnnxRuntime {
    private OnnxRuntime() {}

    /**
     * Every optimisation, {@code threads} for an operator, operators one after the other; idle threads wait in a loop for a
     * while, which is the default and the faster setting.
     */
    public static OrtSession session(byte[] model, int threads) {
        try (OrtSession.SessionOptions options = options(threads)) {
            return OrtEnvironment.getEnvironment().createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not load the graph", e);
        }
    }

    /** As {@link #session(byte[], int)}, of a file whose weights lie beside it. */
    public static OrtSession session(Path model, int threads) {
        try (OrtSession.SessionOptions options = options(threads)) {
            return OrtEnvironment.getEnvironment().createSession(model.toString(), options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not load " + model, e);
        }
    }

    private static OrtSession.SessionOptions options(int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads);
        options.setInterOpNumThreads(1);
        options.setExecutionMode(OrtSession.SessionOptions.ExecutionMode.SEQUENTIAL);
        options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
        return options;
    }
}
