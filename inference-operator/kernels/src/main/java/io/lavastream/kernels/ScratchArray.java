package io.lavastream.kernels;

/** Arrays that are kept for what is computed on the way. */
final class ScratchArray {
    private static final ThreadLocal<float[]> OF_CALLER =
            ThreadLocal.withInitial(() -> new float[0]);

    private ScratchArray() {}

    /** {@code array}, or a longer one where it has no room for {@code count} values. */
    static float[] fit(float[] array, int count) {
        return array.length < count ? new float[count] : array;
    }

    /**
     * An array of at least {@code count} values that the calling thread's kernels have one after the other: each until it returns, as the largest of
     * them is as large as all that a layer computes.
     */
    static float[] ofCaller(int count) {
        float[] array = fit(OF_CALLER.get(), count);
        OF_CALLER.set(array);
        return array;
    }
}
