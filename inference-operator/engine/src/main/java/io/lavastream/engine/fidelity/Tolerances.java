package io.lavastream.engine.fidelity;

/**
 * How far a value may be from the reference's: absolute, in float32, as section 3 of the reference's
 * README suggests where nothing else is said. Tokens, ids, geometry and resized pixels have none: they are equal.
 */
final class Tolerances {
    /** Hidden states of the vision tower, projected features and input embeddings; std 1.5. */
    static final double FEATURES = 1e-4;

    /** Logits and their log-sum-exp; std 3.2 to 3.6. */
    static final double LOGITS = 5e-4;

    static final double LOG_PROBABILITIES = 3e-4;

    /** Logits of one prompt, whole and in pieces. */
    static final double CACHED = 2e-4;

    /** Logits of one sequence, alone and among others. */
    static final double BATCH = 2e-4;

    /** Normalised pixels. */
    static final double PIXELS = 1e-6;

    /** Steps of 255 between decoders of a lossy format. */
    static final double DECODED_STEPS = 2;

    /**
     * Probabilities computed from the same logits, relative; the reference rounds logits divided by a
     * temperature to float32. Not in the README.
     */
    static final double PROBABILITIES = 2e-5;

    /**
     * Sums over an array of features, divided by the root of the number of values: rounding errors of
     * values of 5e-6 add up to less than 1e-4. Not in the README.
     */
    static final double SUMS = 2e-4;

    private Tolerances() {}
}
