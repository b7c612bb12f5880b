package io.lavastream.kernels;

/** Arrays that are kept for what is computed on the way. */
final class ScratchArray {
    private ScratchArray() {}

    /** {@code array}, or a longer one where it has no room for {@code count} values. */
    static float[] fit(float[] array, int count) {
        return array.length < count ? new float[count] : array;
    }
}
