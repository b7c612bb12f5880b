package io.lavastream.loadtests.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What processes have in memory, as Linux counts it, in MiB. */
public final class ProcessMemory {
    private static final String RESIDENT = "VmRSS:";
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /** Of this process. */
    static double residentMib() {
        return mib(ProcessHandle.current(), RESIDENT);
    }

    /** The most that was ever resident of this process. */
    static double peakMib() {
        return mib(ProcessHandle.current(), PEAK);
    }

    /** Of {@code process} and its children. */
    public static double residentMib(ProcessHandle process) {
        return sum(process, RESIDENT);
    }

    /** The most that was ever resident of {@code process}, and of each of its children. */
    public static double peakMib(ProcessHandle process) {
        return sum(process, PEAK);
    }

    private static double sum(ProcessHandle process, String line) {
        return Stream.concat(Stream.of(process), process.descendants())
                .mapToDouble(each -> mib(each, line))
                .sum();
    }

    private static double mib(ProcessHandle process, String line) {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        try {
            return Files.readAllLines(status).stream()
                            .filter(text -> text.startsWith(line))
                            .mapToLong(text -> Long.parseLong(text.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow(() -> new IllegalStateException(status + ": no " + line))
                    / 1024.0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
