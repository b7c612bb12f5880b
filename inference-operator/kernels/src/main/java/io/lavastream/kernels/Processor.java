package io.lavastream.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** What of the processor the JVM does not tell, and loops of eight rows depend on. */
final class Processor {
    /** {@code true} or {@code false} in place of what the processor's maker suggests. */
    private static final String PROPERTY = "lavastream.kernels.multiply-as-read";

    private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

    /**
     * Whether many rows are faster with panels as they lie in memory than with pieces that are put in an array first. Those of 16 bits are widened again
     * and again so: with AVX-512 Intel's processors have two units for that and for products, and it takes a quarter of the time (Emerald Rapids, where
     * floats are slower so, too); AMD's shift and mask beside them (Zen 5).
     */
    static final boolean MULTIPLIES_AS_READ = find();

    private Processor() {}

    private static boolean find() {
        String wanted = System.getProperty(PROPERTY);
        return wanted == null ? !isIntel() : Boolean.parseBoolean(wanted);
    }

    private static boolean isIntel() {
        return described("vendor_id").contains("GenuineIntel");
    }

    /** Whether Linux names all of these, as {@code flags} does. */
    static boolean has(Set<String> features) {
        return described("flags").containsAll(features);
    }

    /** The words that describe the first processor so; none where there is no such description. */
    private static List<String> described(String field) {
        try (Stream<String> lines = Files.lines(DESCRIPTION, StandardCharsets.ISO_8859_1)) {
            return lines.filter(line -> line.startsWith(field))
                    .findFirst()
                    .map(line -> List.of(line.substring(line.indexOf(':') + 1).trim().split(" ")))
                    .orElse(List.of());
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }
}
