package io.lavastream.kernels;

import java.util.Optional;

/** Whether this JVM computes with vectors. Needs none of their classes itself. */
public final class VectorSupport {
    /** What a JVM must be started with. */
    public static final String OPTION = "--add-modules=jdk.incubator.vector";

    /** Of AVX2. With less, libraries in machine code are faster. */
    private static final int LANES = 8;

    private static final Optional<String> MISSING = find();

    private VectorSupport() {}

    /** Why the kernels cannot be used or should not be; empty if they can. */
    public static Optional<String> missing() {
        return MISSING;
    }

    /**
     * Whether a few rows are multiplied with matrices of 16 or 32 bits, and attend to the heads of most models, by machine code, see {@link StreamUnit}; only where
     * nothing is {@link #missing}.
     */
    public static boolean streams() {
        return StreamUnit.INSTANCE.isPresent();
    }

    /** Whether many rows are multiplied by the processor's tile unit, see {@link TileUnit}; only where nothing is {@link #missing}. */
    public static boolean tiles() {
        return TileUnit.INSTANCE.isPresent();
    }

    private static Optional<String> find() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            return Optional.of("the JVM was not started with " + OPTION);
        }
        try {
            int lanes = VectorMemory.SPECIES.length();
            return lanes < LANES
                    ? Optional.of("vectors of %d floats (expected: %d)".formatted(lanes, LANES))
                    : Optional.empty();
        } catch (LinkageError e) {
            return Optional.of("the JVM's vectors are not those expected: " + e);
        }
    }
}
