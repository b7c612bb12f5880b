package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.Sha256;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The most recently used image files, by digest, within a number of bytes. Safe for use by several threads. */
final class ImageCache {
    private final long maxBytes;
    private final Map<Sha256, EncodedImage> images = new LinkedHashMap<>(16, 0.75f, true);
    private long bytes;

    /**
     * @param maxBytes most image bytes held; 0 holds none
     */
    ImageCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    synchronized Optional<EncodedImage> get(Sha256 digest) {
        return Optional.ofNullable(images.get(digest));
    }

    synchronized void put(Sha256 digest, EncodedImage image) {
        if (image.size() > maxBytes) {
            return;
        }
        EncodedImage previous = images.put(digest, image);
        bytes += image.size() - (previous == null ? 0 : previous.size());
        Iterator<EncodedImage> eldest = images.values().iterator();
        while (bytes > maxBytes) {
            bytes -= eldest.next().size();
            eldest.remove();
        }
    }

    synchronized long bytes() {
        return bytes;
    }
}
