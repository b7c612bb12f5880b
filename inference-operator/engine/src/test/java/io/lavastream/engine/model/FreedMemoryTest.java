package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreedMemoryTest {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final int BLOCK = 64 << 10;
    private static final int BLOCKS = 2048;

    @Test
    void whatIsFreeIsNoLongerResident() throws IOException {
        assumeTrue(Files.exists(STATUS), "what is resident is told by Linux only");
        List<Memory> blocks = new ArrayList<>();
        for (int i = 0; i < BLOCKS; i++) {
            Memory block = new Memory(BLOCK);
            block.clear();
            blocks.add(block);
        }
        // The last one is in use: the allocator returns by itself only what lies behind all that
        // is.
        blocks.subList(0, BLOCKS - 1).forEach(Memory::close);
        long before = residentKib();

        FreedMemory.returnToSystem();

        assertThat(before - residentKib()).isGreaterThan((long) BLOCK / 1024 * BLOCKS / 2);
        blocks.get(BLOCKS - 1).close();
    }

    private static long residentKib() throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith("RssAnon:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow();
    }
}
