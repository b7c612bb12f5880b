package io.lavastream.kernels;

import com.sun.jna.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** {@link StreamCode} for this machine; whether it may be used is found out once. Immutable. */
final class StreamUnit {
    /** {@code false}: not used in any case. */
    private static final String PROPERTY = "lavastream.kernels.streams";

    private static final Set<String> FEATURES = Set.of("avx512f");

    /** Columns of a panel: those of two vectors of AVX-512. */
    private static final int WIDTH = 32;

    private static final List<PanelFormat> FORMATS =
            List.of(PanelFormat.FLOAT32, PanelFormat.FLOAT16);

    /** Empty where the processor or the JVM has no vectors of 512 bits, or where what runs this process lets it have no code of its own. */
    static final Optional<StreamUnit> INSTANCE = find();

    /** By format, and then by streams. */
    private final List<Function> code;

    private StreamUnit(List<Function> code) {
        this.code = code;
    }

    static boolean takes(PanelFormat format) {
        return FORMATS.contains(format);
    }

    /** What multiplies one row with so many streams. */
    Function code(PanelFormat format, int streams) {
        return code.get(FORMATS.indexOf(format) * StreamCode.MOST + streams - 1);
    }

    private static Optional<StreamUnit> find() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))
                || PanelTile.WIDTH != WIDTH
                || !Processor.has(FEATURES)) {
            return Optional.empty();
        }
        List<byte[]> codes = new ArrayList<>();
        for (PanelFormat format : FORMATS) {
            for (int streams = 1; streams <= StreamCode.MOST; streams++) {
                codes.add(StreamCode.of(format, streams));
            }
        }
        return MachineCode.of(codes).map(StreamUnit::new);
    }
}
