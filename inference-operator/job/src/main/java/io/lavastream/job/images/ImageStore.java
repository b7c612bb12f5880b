package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.ImageReference;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Where the bytes of an image come from. Safe for use by several threads. */
public interface ImageStore extends AutoCloseable {
    /**
     * Starts to read an image and returns at once.
     *
     * @param giveUpAt when the image is of no more use; transient faults are retried until then
     * @return completes with the image file, or exceptionally with an {@link ImageException}
     */
    CompletableFuture<EncodedImage> fetch(ImageReference reference, Instant giveUpAt);

    /** Stops reading. What is still waiting completes exceptionally. */
    @Override
    void close();
}
