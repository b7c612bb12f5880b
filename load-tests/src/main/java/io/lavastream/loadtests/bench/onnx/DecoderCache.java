package io.lavastream.loadtests.bench.onnx;

/** How a {@link DecoderGraph} keeps keys and values, and attends to them. */
interface DecoderCache {
    static String past(int layer, String what) {
        return "past_key_values.%d.%s".formatted(layer, what);
    }

    static String present(int layer, String what) {
        return "present.%d.%s".formatted(layer, what);
    }

    /** Declares what is common to all layers. */
    void begin();

    /**
     * Adds the attention of a layer.
     *
     * @param packed queries, keys and values of the new positions, [sequences, rows, 3 * hiddenSize], not yet turned by position
     * @return [sequences, rows, hiddenSize]
     */
    String attend(int layer, String packed);
}
