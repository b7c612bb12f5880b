package io.lavastream.standalone.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir Path directory;

    @Test
    void keepsAGivenDirectory() throws IOException {
        Path given = directory.resolve("new");
        try (DataDirectory data = DataDirectory.open(Optional.of(given))) {
            Files.createDirectory(data.broker());
        }

        assertThat(given.resolve("broker")).isDirectory();
    }

    @Test
    void removesATemporaryDirectoryWithWhatIsInIt() throws IOException {
        Path broker;
        try (DataDirectory data = DataDirectory.open(Optional.empty())) {
            broker = Files.createDirectory(data.broker());
            Files.createFile(broker.resolve("log"));
        }

        assertThat(broker.getParent()).doesNotExist();
    }

    @Test
    void keepsItsName() {
        String name;
        try (DataDirectory data = DataDirectory.open(Optional.of(directory))) {
            name = data.instance();
        }

        try (DataDirectory again = DataDirectory.open(Optional.of(directory));
                DataDirectory other = DataDirectory.open(Optional.of(directory.resolve("other")))) {
            assertThat(again.instance()).isEqualTo(name).isNotBlank();
            assertThat(other.instance()).isNotEqualTo(name);
        }
    }

    @Test
    void refusesAFile() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));

        assertThatThrownBy(() -> DataDirectory.open(Optional.of(file)))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining("(expected: a directory that can be written)");
    }
}
