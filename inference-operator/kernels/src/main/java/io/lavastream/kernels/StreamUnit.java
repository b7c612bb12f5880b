package io.lavastream.kernels;

import com.sun.jna.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@link StreamCode} and {@link CacheCode} for this machine; whether they may be used is found out once. Immutable. */
final class StreamUnit {
    /** {@code false}: not used in any case. */
    private static final String PROPERTY = "lavastream.kernels.streams";

    private static final Set<String> FEATURES = Set.of("avx512f");

    /** Columns of a panel: those of two vectors of AVX-512. */
    private static final int WIDTH = 32;

    private static final int LANES = WIDTH / 2;

    private static final List<PanelFormat> FORMATS =
            List.of(PanelFormat.FLOAT32, PanelFormat.FLOAT16);

    /** Vectors of a row of a cache. */
    private static final List<Integer> VECTORS = List.of(2, 4, 8);

    /** Empty where the processor or the JVM has no vectors of 512 bits, or where what runs this process lets it have no code of its own. */
    static final Optional<StreamUnit> INSTANCE = find();

    /** By format, rows and then by whether there is one stream or as many as there is room for. */
    private final List<Function> ofRows;

    /** By vectors, and then by whether there is one stream or as many as there is room for, and by whether sums begin with nothing. */
    private final List<Function> ofCaches;

    private StreamUnit(List<Function> code) {
        int rows = FORMATS.size() * StreamCode.ROWS * 2;
        ofRows = code.subList(0, rows);
        ofCaches = code.subList(rows, code.size());
    }

    static boolean takes(PanelFormat format) {
        return FORMATS.contains(format);
    }

    /** Whether there is code for a cache's rows of so many floats. */
    static boolean takes(int width) {
        return width % LANES == 0 && VECTORS.contains(width / LANES);
    }

    /**
     * What multiplies a few rows with panels.
     *
     * @param many whether in {@link StreamCode#mostStreams} streams, else in one
     */
    Function ofRows(PanelFormat format, int rows, boolean many) {
        int ofFormat = FORMATS.indexOf(format) * StreamCode.ROWS;
        return ofRows.get((ofFormat + rows - 1) * 2 + (many ? 1 : 0));
    }

    /** How many streams of rows of so many floats there are at most. */
    static int streams(int width) {
        return CacheCode.mostStreams(width / LANES);
    }

    /**
     * What adds rows of so many floats up.
     *
     * @param many whether in {@link #streams} streams, else in one
     * @param fresh whether sums begin with nothing, else with what is there
     */
    Function ofCache(int width, boolean many, boolean fresh) {
        return ofCaches.get(VECTORS.indexOf(width / LANES) * 4 + (many ? 2 : 0) + (fresh ? 1 : 0));
    }

    private static Optional<StreamUnit> find() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))
                || PanelTile.WIDTH != WIDTH
                || !Processor.has(FEATURES)) {
            return Optional.empty();
        }
        List<byte[]> codes = new ArrayList<>();
        for (PanelFormat format : FORMATS) {
            for (int rows = 1; rows <= StreamCode.ROWS; rows++) {
                codes.add(StreamCode.of(format, rows, 1));
                codes.add(StreamCode.of(format, rows, StreamCode.mostStreams(rows)));
            }
        }
        for (int vectors : VECTORS) {
            for (int streams : new int[] {1, CacheCode.mostStreams(vectors)}) {
                codes.add(CacheCode.of(vectors, streams, false));
                codes.add(CacheCode.of(vectors, streams, true));
            }
        }
        return MachineCode.of(codes).map(StreamUnit::new);
    }
}
