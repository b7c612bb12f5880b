package io.lavastream.loadtests.bench.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** ONNX Runtime's sessions, with the settings that every one here has. */
public final class OnnxRuntime {
    /** Enough for a command line as long as Linux lets an argument be. */
    private static final long ENVIRONMENT_STACK_BYTES = 256L << 20;

    private OnnxRuntime() {}

    /**
     * The process's environment, without telemetry. ONNX Runtime 1.29 matches the process's command line with a regular
     * expression when it is created, recursing once a character: a usual class path overflows a usual stack, and the process
     * dies. So a thread with a large stack creates it.
     */
    public static OrtEnvironment environment() {
        return Holder.ENVIRONMENT;
    }

    /**
     * Every optimisation, {@code threads} for an operator, operators one after the other; idle threads wait in a loop for a
     * while, which is the default and the faster setting.
     */
    public static OrtSession session(byte[] model, int threads) {
        try (OrtSession.SessionOptions options = options(threads)) {
            return environment().createSession(model, options);
        } catch (OrtException e) {
            throw new IllegalStateException("ONNX Runtime does not load the graph", e);
        }
    }

    /** As {@link #session(byte[], int)}, of a file whose weights lie beside it. */
    public static OrtSession session(Path model, int threads) {
        try (OrtSession.SessionOptions options = options(threads)) {
            return environment().createSession(model.toString(), options);
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

    // Not in the holder: its thread would wait for the class that waits for it.
    private static OrtEnvironment create() {
        FutureTask<OrtEnvironment> creation =
                new FutureTask<>(
                        () -> {
                            OrtEnvironment environment = OrtEnvironment.getEnvironment();
                            environment.setTelemetry(false);
                            return environment;
                        });
        new Thread(null, creation, "onnxruntime-environment", ENVIRONMENT_STACK_BYTES).start();
        try {
            return creation.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("ONNX Runtime does not start", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while ONNX Runtime starts", e);
        }
    }

    private static final class Holder {
        private static final OrtEnvironment ENVIRONMENT = create();
    }
}
