package io.lavastream.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What of the processor the JVM does not tell, and loops of eight rows depend on. */
final class Processor {
    /** {@code true} or {@code false} in place of what the processor's maker suggests. */
    private static final String PROPERTY = "lavastream.kernels.widen-beside-products";

    private static final Path DESCRIPTION = Path.of("/proc/cpuinfo");

    /**
     * Whether integers in vectors of 512 bits are shifted while floats are multiplied, so that to widen halves again and again takes no time. Intel's
     * processors have two units for both, AMD's have others for the first.
     */
    static final boolean WIDENS_BESIDE_PRODUCTS = find();

    private Processor() {}

    private static boolean find() {
        String wanted = System.getProperty(PROPERTY);
        return wanted == null ? !isIntel() : Boolean.parseBoolean(wanted);
    }

    /** Not where there is no such description. */
    private static boolean isIntel() {
        try (Stream<String> lines = Files.lines(DESCRIPTION, StandardCharsets.ISO_8859_1)) {
            return lines.anyMatch(line -> line.matches("vendor_id\\s*:\\s*GenuineIntel"));
        } catch (IOException e) {
            return false;
        }
    }
}
