package io.lavastream.loadtests.bench;

/**
 * What the machine can do, with the threads that the model has.
 *
 * @param bandwidth bytes that memory gives a second
 * @param tensorFlow operations a second of one large product in TensorFlow
 * @param onnxRuntime operations a second of the same product in ONNX Runtime
 */
record Floors(double bandwidth, double tensorFlow, double onnxRuntime) {
    /** Seconds in which {@code operations} could be done. */
    double secondsToCompute(double operations) {
        return operations / Math.max(tensorFlow, onnxRuntime);
    }

    /** Seconds in which {@code bytes} could be read. */
    double secondsToRead(double bytes) {
        return bytes / bandwidth;
    }
}
