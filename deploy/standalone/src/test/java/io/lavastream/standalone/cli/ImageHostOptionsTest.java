package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.job.images.UriPolicy;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ImageHostOptionsTest {
    @Test
    void permitsTheHostsThatAreNamed() {
        UriPolicy policy =
                parsed(
                        "--image-host",
                        "Images.example",
                        "--image-host=cdn.example:8443",
                        "--image-private-host",
                        "store.internal:9000");

        assertThat(policy.hosts())
                .containsExactlyInAnyOrder(
                        "images.example", "cdn.example:8443", "store.internal:9000");
        assertThat(policy.privateHosts()).containsExactly("store.internal:9000");
    }

    @Test
    void permitsFilesOfADirectory() {
        assertThat(parsed("--image-directory", "pictures").directories())
                .containsExactly(Path.of("pictures").toAbsolutePath().toString());
    }

    @Test
    void permitsNoneByDefault() {
        assertThat(parsed()).isEqualTo(UriPolicy.NONE);
    }

    @Test
    void refusesAnAddressInPlaceOfAHost() {
        assertThatThrownBy(() -> parsed("--image-host", "https://images.example/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "image-host: 'https://images.example/'"
                                + " (expected: HOST or HOST:PORT, without scheme and path)");
    }

    private static UriPolicy parsed(String... arguments) {
        return CommandLine.populateCommand(new ServiceOptions(), arguments).uris();
    }
}
