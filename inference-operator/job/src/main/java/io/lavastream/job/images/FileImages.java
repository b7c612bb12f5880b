package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Reads images from local files, as far as they lie in a permitted directory once every link is followed. Immutable. */
final class FileImages {
    private static final int CHUNK_BYTES = 64 << 10;

    private final UriPolicy policy;

    FileImages(UriPolicy policy) {
        this.policy = policy;
    }

    /** Reads {@code uri} on {@code executor} and completes {@code image}. */
    void read(URI uri, Executor executor, CompletableFuture<EncodedImage> image) {
        executor.execute(
                () -> {
                    try {
                        image.complete(EncodedImage.of(bytes(uri)));
                    } catch (RuntimeException e) {
                        image.completeExceptionally(e);
                    }
                });
    }

    private byte[] bytes(URI uri) {
        try {
            Path file = Path.of(uri.getPath()).toRealPath();
            if (!isPermitted(file) || !Files.isRegularFile(file)) {
                throw refused();
            }
            return read(file);
        } catch (IOException | IllegalArgumentException e) {
            // Not whether it exists: that is nobody's business outside the permitted directories.
            throw refused();
        }
    }

    private boolean isPermitted(Path file) throws IOException {
        for (String directory : policy.directories()) {
            if (file.startsWith(Path.of(directory).toRealPath())) {
                return true;
            }
        }
        return false;
    }

    private byte[] read(Path file) throws IOException {
        ImageBytes image = new ImageBytes("the file", policy.maxBytes());
        try (InputStream input = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK_BYTES];
            for (int read = input.read(chunk); read >= 0; read = input.read(chunk)) {
                image.add(ByteBuffer.wrap(chunk, 0, read));
            }
        }
        return image.complete();
    }

    private static ImageException refused() {
        return UriPolicy.refused("the address names no file in a permitted directory");
    }
}
