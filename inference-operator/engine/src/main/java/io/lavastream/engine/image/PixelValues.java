package io.lavastream.engine.image;

/**
 * One preprocessed image, ready for the vision tower: normalised RGB, channels first.
 *
 * @param size side in pixels
 * @param values [3, size, size] flattened; owned by this record, not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, and only ever handed on.
public record PixelValues(int size, float[] values) {
    public PixelValues {
        if (values.length != 3 * size * size) {
            throw new IllegalArgumentException(
                    "values: %d floats (expected: 3 x %d x %d)"
                            .formatted(values.length, size, size));
        }
    }
}
