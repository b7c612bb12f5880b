package io.lavastream.loadtests.bench;

/**
 * Measures what the machine can do, again and again. Shared machines are slower at times: a figure is compared with the best of the
 * floors that were measured in turns with it, and the best of all is reported. Not thread-safe.
 */
final class FloorMeter {
    private static final double GIGA = 1e9;

    private final int threads;
    private Floors lately = Floors.UNKNOWN;
    private Floors best = Floors.UNKNOWN;

    FloorMeter(int threads) {
        this.threads = threads;
    }

    /** What was measured before counts no more for {@link #floors}. */
    void begin() {
        lately = Floors.UNKNOWN;
    }

    /** Reads memory. */
    void measureReading() {
        add(new Floors(MemoryBandwidth.measure(threads), 0, 0));
    }

    /** Computes the large product, in either library. */
    void measureComputing() {
        add(new Floors(0, LargeProduct.tensorFlow(threads), LargeProduct.onnxRuntime(threads)));
    }

    /** The best since {@link #begin}. */
    Floors floors() {
        return lately;
    }

    /** The best of all. */
    void report(Report report) {
        if (best.bandwidth() > 0) {
            report.add(Figure.of("bandwidth", best.bandwidth() / GIGA, "GB/s"));
        }
        if (best.tensorFlow() > 0) {
            report.add(Figure.of("product_tensorflow", best.tensorFlow() / GIGA, "GFLOP/s"));
            report.add(Figure.of("product_onnxruntime", best.onnxRuntime() / GIGA, "GFLOP/s"));
        }
    }

    private void add(Floors measured) {
        lately = lately.orBetter(measured);
        best = best.orBetter(measured);
    }
}
