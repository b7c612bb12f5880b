package io.lavastream.loadtests.installation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDiskTest {
    @TempDir Path directory;

    @Test
    void isFullForItsProcessesAndForNobodyElse() throws Exception {
        try (StateDisk disk = smallDisk()) {
            Path file = disk.directory().resolve("file");

            assertThat(write(disk, file)).isTrue();
            assertThat(file).as("seen from outside").doesNotExist();
            assertThat(disk.fromOutside().resolve("file")).exists();

            disk.fill();
            assertThat(write(disk, file.resolveSibling("second"))).isFalse();
            Files.writeString(directory.resolve("elsewhere"), "there is room");

            disk.free();
            assertThat(write(disk, file.resolveSibling("third"))).isTrue();
        }
    }

    private StateDisk smallDisk() {
        try {
            return StateDisk.small(directory.resolve("disk"), 1);
        } catch (IOException e) {
            System.out.println(
                    "DID NOT RUN: full disks, as no disk of its own is permitted here: "
                            + e.getMessage());
            Assumptions.abort(e.getMessage());
            throw new AssertionError(e);
        }
    }

    /** Whether a process that sees the disk can write 10 kB to {@code file}. */
    private static boolean write(StateDisk disk, Path file) throws Exception {
        List<String> command = new ArrayList<>(disk.prefix());
        command.addAll(
                List.of(
                        "sh",
                        "-c",
                        "head -c 10000 /dev/zero > \"$0\" 2>/dev/null",
                        file.toString()));
        return new ProcessBuilder(command).start().waitFor() == 0;
    }
}
