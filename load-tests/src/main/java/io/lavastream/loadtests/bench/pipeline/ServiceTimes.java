package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.installation.Installation;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Processor time that the parts of a service have taken so far, as Linux counts it. Immutable.
 *
 * @param seconds by part, children included
 * @param engineSeconds what the threads of the engine took of the job's
 */
record ServiceTimes(Map<Role, Double> seconds, double engineSeconds) {
    /** Linux tells times to programs in hundredths of a second, whatever it counts in itself. */
    private static final double TICKS_A_SECOND = 100;

    /**
     * How the engine's threads begin, as far as Linux keeps a thread's name. Not those that deliver: what the job does with an
     * answer is done there.
     */
    private static final Set<String> ENGINE_THREADS =
            Set.of("lavastream-engi", "lavastream-tens", "lavastream-prep");

    ServiceTimes {
        seconds = Map.copyOf(seconds);
    }

    static ServiceTimes now(Installation installation) throws IOException {
        Map<Role, Double> seconds = new EnumMap<>(Role.class);
        for (Role role : Role.values()) {
            ProcessHandle process = installation.unit(role).process();
            double sum = ofStat(directory(process).resolve("stat"));
            for (ProcessHandle child : process.descendants().toList()) {
                sum += ofStat(directory(child).resolve("stat"));
            }
            seconds.put(role, sum);
        }
        return new ServiceTimes(
                seconds, ofEngine(directory(installation.unit(Role.JOB).process())));
    }

    /** What was taken since {@code earlier}. */
    ServiceTimes since(ServiceTimes earlier) {
        Map<Role, Double> differences = new EnumMap<>(Role.class);
        seconds.forEach(
                (role, taken) -> differences.put(role, taken - earlier.seconds().get(role)));
        return new ServiceTimes(differences, engineSeconds - earlier.engineSeconds());
    }

    /** Everything but the engine. */
    double outsideEngine() {
        return seconds.values().stream().mapToDouble(Double::doubleValue).sum() - engineSeconds;
    }

    private static double ofEngine(Path process) throws IOException {
        double sum = 0;
        try (Stream<Path> threads = Files.list(process.resolve("task"))) {
            for (Path thread : threads.toList()) {
                if (ENGINE_THREADS.contains(name(thread))) {
                    sum += ofStat(thread.resolve("stat"));
                }
            }
        }
        return sum;
    }

    private static String name(Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip();
        } catch (IOException e) {
            return ""; // It has just ended.
        }
    }

    private static Path directory(ProcessHandle process) {
        return Path.of("/proc", Long.toString(process.pid()));
    }

    /** User and system time: the 14th and 15th field, counted behind the name, which may hold anything. */
    private static double ofStat(Path stat) throws IOException {
        String text = Files.readString(stat);
        List<String> fields = List.of(text.substring(text.lastIndexOf(')') + 2).split(" "));
        return (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_A_SECOND;
    }
}
