package io.lavastream.engine.model;

import io.lavastream.engine.WeightType;
import io.lavastream.kernels.PanelFormat;
import io.lavastream.kernels.VectorSupport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/** The order in which matrices are kept, and with it the form of their products; without vectors those of float32 only. */
public enum MatrixLayout {
    /** As in checkpoints: the product is (W x^T)^T. */
    OUT_IN,

    /** Transposed while loading: the product is x W, without a transposition before or after it. */
    IN_OUT,

    /**
     * The language model's in panels, see {@link io.lavastream.engine.model.layers.Panels}, where their size permits; the
     * others as {@link #IN_OUT}, as they are always multiplied with many rows. Of those that oneDNN multiplies the fastest for any
     * number of rows on the processors with AVX2 or AVX-512 that were measured, but for one: {@code load-tests/RESULTS.md}.
     */
    PANELS,

    /**
     * In panels as wide as the JVM's own vectors take them, which make the products: see {@link io.lavastream.kernels.PanelProduct}. With AVX-512 the
     * fastest of all, with AVX2 for many rows as fast as oneDNN's plain product; the only one where what is kept in less than 32 bits is multiplied
     * no slower than floats.
     */
    VECTORS;

    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    /** oneDNN's own: what it may use of the processor. */
    private static final String INSTRUCTIONS = "ONEDNN_MAX_CPU_ISA";

    /** Values of it that leave out AVX2. */
    private static final Pattern NARROW = Pattern.compile("SSE41|AVX");

    /** How panels keep what is kept in {@code type}: of 16 bits they hold either kind exactly, see there. */
    static PanelFormat panelFormat(WeightType type) {
        return switch (type) {
            case F32 -> PanelFormat.FLOAT32;
            case FP16, BF16 -> PanelFormat.FLOAT16;
            case INT8 -> PanelFormat.INT8;
        };
    }

    /** The faster one in this JVM on this machine, whatever its load: the same ones always compute the same. */
    public static MatrixLayout ofMachine() {
        return VectorSupport.missing().isEmpty()
                ? VECTORS
                : of(PROCESSORS, System.getenv().getOrDefault(INSTRUCTIONS, ""));
    }

    /**
     * The faster one without the JVM's vectors, for the processors that {@code cpuinfo}, a file as Linux has it, describes.
     *
     * @param instructions the most that oneDNN may use, in its own words; empty where it may use what there is
     */
    static MatrixLayout of(Path cpuinfo, String instructions) {
        if (NARROW.matcher(instructions.toUpperCase(Locale.ROOT)).matches()) {
            return OUT_IN;
        }
        try {
            boolean wide =
                    Files.readAllLines(cpuinfo).stream()
                            .filter(line -> line.startsWith("flags"))
                            .findFirst()
                            .filter(flags -> Arrays.asList(flags.split("\\s+")).contains("avx2"))
                            .isPresent();
            return wide ? PANELS : OUT_IN;
        } catch (IOException e) {
            return OUT_IN; // No Linux, so not known.
        }
    }
}
