package io.lavastream.loadtests.bench;

/**
 * Measures what the machine can do, again and again, and keeps the best: shared machines are slower at times, and a floor that was
 * measured at such a time would be none. Not thread-safe.
 */
final class FloorMeter {
    private static final double GIGA = 1e9;

    private final int threads;
    private double bandwidth;
    private double tensorFlow;
    private double onnxRuntime;

    FloorMeter(int threads) {
        this.threads = threads;
    }

    /** Reads memory. */
    void measureReading() {
        bandwidth = Math.max(bandwidth, MemoryBandwidth.measure(threads));
    }

    /** Computes the large product, in either library. */
    void measureComputing() {
        tensorFlow = Math.max(tensorFlow, LargeProduct.tensorFlow(threads));
        onnxRuntime = Math.max(onnxRuntime, LargeProduct.onnxRuntime(threads));
    }

    /** The best so far; of what was not measured yet, nothing. */
    Floors floors() {
        return new Floors(bandwidth, tensorFlow, onnxRuntime);
    }

    void report(Report report) {
        if (bandwidth > 0) {
            report.add(Figure.of("bandwidth", bandwidth / GIGA, "GB/s"));
        }
        if (tensorFlow > 0) {
            report.add(Figure.of("product_tensorflow", tensorFlow / GIGA, "GFLOP/s"));
            report.add(Figure.of("product_onnxruntime", onnxRuntime / GIGA, "GFLOP/s"));
        }
    }
}
