package io.lavastream.loadtests.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process has in memory, as Linux counts it, in MiB. */
final class ProcessMemory {
    private static final Path STATUS = Path.of("/proc/self/status");

    private ProcessMemory() {}

    static double residentMib() {
        return mib("VmRSS:");
    }

    /** The most that was ever resident. */
    static double peakMib() {
        return mib("VmHWM:");
    }

    private static double mib(String line) {
        try {
            return Files.readAllLines(STATUS).stream()
                            .filter(text -> text.startsWith(line))
                            .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException(STATUS + ": no " + line))
                    / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
