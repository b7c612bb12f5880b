package io.lavastream.kernels;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.Optional;
import java.util.Set;

/**
 * A processor's unit that multiplies tiles of bfloat16, Intel's AMX: 16 times as many products at once as its vectors of float32 make. Whether there is one that this
 * process may use is found out once; its code then lies in memory of its own, which nothing writes to any more. Immutable.
 */
final class TileUnit {
    /** {@code false}: not used in any case. */
    private static final String PROPERTY = "lavastream.kernels.tiles";

    private static final Set<String> FEATURES = Set.of("amx_tile", "amx_bf16", "avx512f");

    /** Columns of a panel: those of two tiles. */
    private static final int WIDTH = 32;

    private static final int MOST_TILES = 2;
    private static final int PAGE = 4096;

    // What Linux on x86-64 calls them.
    private static final long ARCH_PRCTL = 158;
    private static final long ARCH_REQ_XCOMP_PERM = 0x1023;
    private static final long XFEATURE_XTILEDATA = 18;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /** That of this machine; empty where there is none, or where what runs this process does not let it be used. */
    static final Optional<TileUnit> INSTANCE = find();

    /** Of Linux. */
    private interface LibC extends Library {
        long syscall(long number, long first, long second);

        Pointer mmap(Pointer at, long size, int protection, int flags, int file, long offset);

        int mprotect(Pointer at, long size, int protection);
    }

    /** By tiles of rows at once and parts of values, each counted from 1. */
    private final Function[][] code = new Function[MOST_TILES][RowParts.PARTS];

    private TileUnit(Pointer memory) {
        int at = 0;
        for (int tiles = 1; tiles <= MOST_TILES; tiles++) {
            for (int parts = 1; parts <= RowParts.PARTS; parts++) {
                byte[] bytes = TileCode.of(tiles, parts);
                memory.write(at, bytes, 0, bytes.length);
                code[tiles - 1][parts - 1] = Function.getFunction(memory.share(at));
                at += (bytes.length - 1) / Long.SIZE * Long.SIZE + Long.SIZE;
            }
        }
    }

    /** What multiplies so many tiles of rows at once with values of so many parts. */
    Function code(int tiles, int parts) {
        return code[tiles - 1][parts - 1];
    }

    private static Optional<TileUnit> find() {
        if (!Boolean.parseBoolean(System.getProperty(PROPERTY, "true"))
                || PanelTile.WIDTH != WIDTH
                || !Processor.has(FEATURES)) {
            return Optional.empty();
        }
        try {
            return make(Native.load("c", LibC.class));
        } catch (LinkageError e) {
            return Optional.empty();
        }
    }

    private static Optional<TileUnit> make(LibC system) {
        int size = MOST_TILES * RowParts.PARTS * PAGE;
        if (system.syscall(ARCH_PRCTL, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) != 0) {
            return Optional.empty();
        }
        int writable = PROT_READ | PROT_WRITE;
        Pointer memory = system.mmap(Pointer.NULL, size, writable, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (Pointer.nativeValue(memory) == -1) {
            return Optional.empty();
        }
        TileUnit unit = new TileUnit(memory);
        return system.mprotect(memory, size, PROT_READ | PROT_EXEC) == 0
                ? Optional.of(unit)
                : Optional.empty();
    }
}
