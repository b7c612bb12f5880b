package io.lavastream.kernels;

import com.sun.jna.Function;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A processor's unit that multiplies tiles of bfloat16, Intel's AMX: 16 times as many products at once as its vectors of float32 make. Whether there is one that this
 * process may use is found out once. Immutable.
 */
final class TileUnit {
    /** {@code false}: not used in any case. */
    private static final String PROPERTY = "lavastream.kernels.tiles";

    private static final Set<String> FEATURES = Set.of("amx_tile", "amx_bf16", "avx512f");

    /** Columns of a panel: those of two tiles. */
    private static final int WIDTH = 32;

    private static final int MOST_TILES = 2;

    // What Linux on x86-64 calls them.
    private static final long ARCH_PRCTL = 158;
    private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
    private static final long XFEATURE_XTILEDATA = 18;

    /** That of this machine; empty where there is none, or where what runs this process does not let it be used. */
    static final Optional<TileUnit> INSTANCE = find();

    /** By tiles of rows at once, and then by parts of values. */
    private final List<Function> code;

    private TileUnit(List<Function> code) {
        this.code = code;
    }

    /** What multiplies so many tiles of rows at once with values of so many parts. */
    Function code(int tiles, int parts) {
        return code.get((tiles - 1) * RowParts.PARTS + parts - 1);
    }

    private static Optional<TileUnit> find() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))
                || PanelTile.WIDTH != WIDTH
                || !Processor.has(FEATURES)
                || !MachineCode.call(ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA)) {
            return Optional.empty();
        }
        List<byte[]> codes = new ArrayList<>();
        for (int tiles = 1; tiles <= MOST_TILES; tiles++) {
            for (int parts = 1; parts <= RowParts.PARTS; parts++) {
                codes.add(TileCode.of(tiles, parts));
            }
        }
        return MachineCode.of(codes).map(TileUnit::new);
    }
}
