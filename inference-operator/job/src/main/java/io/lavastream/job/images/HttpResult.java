package io.lavastream.job.images;

/** What one request to a host brought. */
sealed interface HttpResult {
    /** The image file; the array is the caller's. */
    @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
    record Body(byte[] bytes) implements HttpResult {}

    /** Another address, as the host wrote it. */
    record Redirect(String location) implements HttpResult {}

    /** A body that is no image. */
    record NoImage(ImageException reason) implements HttpResult {}
}
