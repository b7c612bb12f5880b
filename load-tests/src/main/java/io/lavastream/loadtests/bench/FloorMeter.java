package io.lavastream.loadtests.bench;

import java.util.function.ToDoubleFunction;

/**
 * Measures what the machine can do, again and again, see {@link Turns}; the median of all is reported. Not thread-safe.
 */
final class FloorMeter {
    private static final double GIGA = 1e9;

    private final int threads;
    private final Rates all = new Rates();
    private Rates lately = new Rates();

    /** Bytes, or operations, a second. */
    private static final class Rates {
        final Samples reading = new Samples();
        final Samples tensorFlow = new Samples();
        final Samples onnxRuntime = new Samples();
    }

    FloorMeter(int threads) {
        this.threads = threads;
    }

    /** Of so many operations: the large product, in either library. */
    Turns.Floor computing(double operations) {
        return floor(this::measureComputing, floors -> floors.secondsToCompute(operations));
    }

    /** Of reading so many bytes of memory. */
    Turns.Floor reading(double bytes) {
        return floor(this::measureReading, floors -> floors.secondsToRead(bytes));
    }

    private Turns.Floor floor(Runnable measurement, ToDoubleFunction<Floors> seconds) {
        return new Turns.Floor() {
            @Override
            public void begin() {
                lately = new Rates();
            }

            @Override
            public void measure() {
                measurement.run();
            }

            @Override
            public double seconds() {
                return seconds.applyAsDouble(floors());
            }
        };
    }

    /** Reads memory. */
    void measureReading() {
        Samples rates = MemoryBandwidth.measure(threads);
        lately.reading.addAll(rates);
        all.reading.addAll(rates);
    }

    /** Computes the large product, in either library. */
    void measureComputing() {
        Samples tensorFlow = LargeProduct.tensorFlow(threads);
        lately.tensorFlow.addAll(tensorFlow);
        all.tensorFlow.addAll(tensorFlow);
        Samples onnxRuntime = LargeProduct.onnxRuntime(threads);
        lately.onnxRuntime.addAll(onnxRuntime);
        all.onnxRuntime.addAll(onnxRuntime);
    }

    /** Medians of what was measured lately; 0 of what was not. */
    private Floors floors() {
        return new Floors(
                median(lately.reading), median(lately.tensorFlow), median(lately.onnxRuntime));
    }

    /** Medians of all. */
    void report(Report report) {
        report(report, "bandwidth", all.reading, "GB/s");
        report(report, "product_tensorflow", all.tensorFlow, "GFLOP/s");
        report(report, "product_onnxruntime", all.onnxRuntime, "GFLOP/s");
    }

    private static void report(Report report, String name, Samples rates, String unit) {
        if (rates.size() > 0) {
            report.add(Figure.of(name, rates.median() / GIGA, unit));
        }
    }

    private static double median(Samples rates) {
        return rates.size() > 0 ? rates.median() : 0;
    }
}
