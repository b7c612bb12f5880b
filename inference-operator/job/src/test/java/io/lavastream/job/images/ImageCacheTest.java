package io.lavastream.job.images;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.Sha256;
import org.junit.jupiter.api.Test;

class ImageCacheTest {
    private final ImageCache cache = new ImageCache(10);

    @Test
    void dropsTheLeastRecentlyUsed() {
        put(1, 4);
        put(2, 4);
        assertThat(cache.get(digest(1))).isPresent();
        put(3, 4);

        assertThat(cache.get(digest(1))).isPresent();
        assertThat(cache.get(digest(2))).isEmpty();
        assertThat(cache.bytes()).isEqualTo(8);
    }

    @Test
    void keepsNothingLargerThanItself() {
        put(1, 4);
        put(2, 11);

        assertThat(cache.get(digest(1))).isPresent();
        assertThat(cache.get(digest(2))).isEmpty();
    }

    @Test
    void countsAnImageOnce() {
        put(1, 4);
        put(1, 4);

        assertThat(cache.bytes()).isEqualTo(4);
    }

    private void put(int id, int size) {
        cache.put(digest(id), EncodedImage.of(new byte[size]));
    }

    private static Sha256 digest(int id) {
        byte[] bytes = new byte[32];
        bytes[0] = (byte) id;
        return new Sha256(bytes);
    }
}
