package io.lavastream.loadtests.bench.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process and its children have in memory, as Linux counts it, in MiB. */
final class Resident {
    private Resident() {}

    static double mib(ProcessHandle process) throws IOException {
        return sum(process, "VmRSS:");
    }

    /** The most that was ever resident. */
    static double peakMib(ProcessHandle process) throws IOException {
        return sum(process, "VmHWM:");
    }

    private static double sum(ProcessHandle process, String line) throws IOException {
        double sum = kibibytes(process, line);
        for (ProcessHandle child : process.descendants().toList()) {
            sum += kibibytes(child, line);
        }
        return sum / 1024;
    }

    private static double kibibytes(ProcessHandle process, String line) throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        return Files.readAllLines(status).stream()
                .filter(text -> text.startsWith(line))
                .mapToDouble(text -> Long.parseLong(text.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow(() -> new IOException(status + ": no " + line));
    }
}
