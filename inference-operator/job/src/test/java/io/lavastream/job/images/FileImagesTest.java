package io.lavastream.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lavastream.schemas.FailureCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileImagesTest {
    private static final int MAX_BYTES = 1_000;
    private static final String REFUSED = "the address names no file in a permitted directory";

    @TempDir Path root;

    private Path permitted;
    private UriFetcher fetcher;

    @BeforeEach
    void open() throws IOException {
        permitted = Files.createDirectory(root.resolve("permitted"));
        fetcher = fetcher(Set.of(permitted.toString()));
    }

    @AfterEach
    void close() {
        fetcher.close();
    }

    @Test
    void readsAnImageOfAPermittedDirectory() throws IOException {
        Path file = image(permitted.resolve("a picture.gif"), 100);

        assertThat(fetcher.fetch(file.toUri().toString(), Instant.MAX).join().size())
                .isEqualTo(100);
    }

    @Test
    void leavesThePermittedDirectoriesByNoWay() throws IOException {
        Path secret = image(root.resolve("secret.gif"), 100);
        Files.createSymbolicLink(permitted.resolve("link.gif"), secret);
        Path neighbour = Files.createDirectory(root.resolve("permitted-not"));
        image(neighbour.resolve("x.gif"), 100);

        assertThat(failure("file://" + secret)).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted + "/link.gif")).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted + "/../secret.gif")).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted + "/%2e%2e/secret.gif")).hasMessage(REFUSED);
        assertThat(failure("file://" + neighbour + "/x.gif")).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted)).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted + "/none.gif")).hasMessage(REFUSED);
        assertThat(failure("file://" + permitted + "/%00.gif")).hasMessage(REFUSED);
        assertThat(failure("file://host" + secret))
                .hasMessage("the address names no local file (expected: file:///path)");
        assertThat(failure("file:relative.gif"))
                .hasMessage("the address names no local file (expected: file:///path)");
    }

    @Test
    void looksAtSizeAndBeginning() throws IOException {
        Path large = image(permitted.resolve("large.gif"), MAX_BYTES + 1);
        Path text = Files.writeString(permitted.resolve("text.gif"), "no image at all");

        assertThat(failure(large.toUri().toString()).code()).isEqualTo(FailureCode.IMAGE_TOO_LARGE);
        assertThat(failure(text.toUri().toString()).code())
                .isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
    }

    @Test
    void isOffWhereNoDirectoryIsPermitted() throws IOException {
        Path file = image(permitted.resolve("a.gif"), 100);
        fetcher.close();
        fetcher = fetcher(Set.of());

        assertThat(failure(file.toUri().toString()))
                .hasMessage("scheme 'file' (expected: http or https)");
    }

    private ImageException failure(String address) {
        CompletionException failure =
                catchThrowableOfType(
                        CompletionException.class,
                        () -> fetcher.fetch(address, Instant.MAX).join());
        return (ImageException) failure.getCause();
    }

    private static Path image(Path file, int size) throws IOException {
        return Files.write(file, Arrays.copyOf(new byte[] {'G', 'I', 'F', '8', '9', 'a'}, size));
    }

    private static UriFetcher fetcher(Set<String> directories) {
        UriPolicy policy =
                new UriPolicy(Set.of(), Set.of(), directories, MAX_BYTES, Duration.ofSeconds(10));
        return new UriFetcher("test", policy, 4, Clock.systemUTC());
    }
}
