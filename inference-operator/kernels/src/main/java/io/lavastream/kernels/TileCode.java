package io.lavastream.kernels;

import static io.lavastream.kernels.Assembler.R10;
import static io.lavastream.kernels.Assembler.R11;
import static io.lavastream.kernels.Assembler.R9;
import static io.lavastream.kernels.Assembler.RAX;
import static io.lavastream.kernels.Assembler.RCX;
import static io.lavastream.kernels.Assembler.RDI;
import static io.lavastream.kernels.Assembler.RDX;
import static io.lavastream.kernels.Assembler.RSI;

/**
 * The machine code that multiplies with a processor's tile unit (Intel's AMX), which the JVM has no operations for: a function of one argument by the System V convention
 * for x86-64, the address of a {@link TileCall}. Encoded as Intel's manual has it ("Software Developer's Manual", volume 2, and for the tiles
 * "Architecture Instruction Set Extensions", chapter 3).
 *
 * <p>A tile is 16 rows of 64 bytes. Of rows and values each is the sum of bfloat16 parts, see {@link RowParts} and {@link PieceParts}; of their products
 * those are added up whose parts' numbers, counted from 0, together are below {@link RowParts#PARTS}: what is left out is less than 2^-24 of a product. Sums are
 * in float32.
 */
final class TileCode {
    /** Of one tile. */
    static final int TILE = 1024;

    /** Tiles of sums, of up to two tiles of rows and the two of a panel's columns. */
    private static final int[][] SUMS = {{0, 1}, {2, 3}};

    /** Tiles of rows. */
    private static final int[] ROWS = {4, 5};

    /** Tiles of a panel's columns. */
    private static final int[] COLUMNS = {6, 7};

    // Registers. Of the two that are strides, a row of rows and columns is 64 bytes, one of sums
    // twice as many.
    private static final int STRIDE = RAX;
    private static final int X = RDX;
    private static final int SUM = R9;
    private static final int PANEL = R11;

    // Of tiles, by prefix: 0xF3 stores and multiplies, 0xF2 loads and makes zero.
    private static final int F3 = 2;
    private static final int F2 = 3;

    private final Assembler code = new Assembler();
    private final int tiles;
    private final int parts;

    private TileCode(int tiles, int parts) {
        this.tiles = tiles;
        this.parts = parts;
    }

    /**
     * @param tiles one or two, of rows that are multiplied at once
     * @param parts of which each value of the matrix consists, 1 to 3
     */
    static byte[] of(int tiles, int parts) {
        return new TileCode(tiles, parts).emit();
    }

    private byte[] emit() {
        code.bytes(0xc4, 0xe2, 0x78, 0x49, 0x47, TileCall.SHAPES); // ldtilecfg [rdi + SHAPES]
        code.bytes(0xb8, 64, 0, 0, 0); // mov eax, 64
        code.load(RSI, RDI, TileCall.ROWS);
        int rows = code.here();
        code.load(PANEL, RDI, TileCall.PIECES);
        code.load(SUM, RDI, TileCall.SUMS);
        code.load(R10, RDI, TileCall.PANELS);
        int panel = code.here();
        code.move(X, RSI);
        code.load(RCX, RDI, TileCall.STEPS);
        sumsBefore();
        int step = code.here();
        step();
        code.add(X, RowParts.PARTS * tiles * TILE);
        code.add(PANEL, parts * COLUMNS.length * TILE);
        code.decrement(RCX);
        code.jumpIfNotZero(step);
        sums(F3); // tilestored
        code.addFrom(SUM, RDI, TileCall.PANEL_OF_SUMS);
        code.decrement(R10);
        code.jumpIfNotZero(panel);
        code.move(RSI, X);
        code.addTo(RDI, TileCall.SUMS, 2 * tiles * TILE);
        code.decrementAt(RDI, TileCall.TIMES);
        code.jumpIfNotZero(rows);
        code.bytes(0xc4, 0xe2, 0x78, 0x49, 0xc0); // tilerelease
        code.bytes(0xc3); // ret
        return code.code();
    }

    /** Of the first piece of the depth zeros, of others what there is. */
    private void sumsBefore() {
        code.bytes(0x48, 0x83, 0x7f, TileCall.FIRST, 0); // cmp [rdi + FIRST], 0
        int load = code.jump(0x0f, 0x84); // je
        for (int row = 0; row < tiles; row++) {
            for (int sum : SUMS[row]) {
                code.bytes(0xc4, 0xe2, 0x78 | F2, 0x49, 0xc0 | sum << 3); // tilezero
            }
        }
        int begin = code.jump(0xe9); // jmp
        code.land(load);
        sums(F2); // tileloadd
        code.land(begin);
    }

    private void sums(int prefix) {
        for (int row = 0; row < tiles; row++) {
            for (int half = 0; half < COLUMNS.length; half++) {
                memory(prefix, SUMS[row][half], SUM, 1, row * 2 * TILE + half * (TILE / 16));
            }
        }
    }

    /** Consecutive values of the depth, as many as two tiles' rows have: each part of the columns with those of the rows, of which one is there already. */
    private void step() {
        int loaded = -1;
        for (int part = 0; part < parts; part++) {
            for (int half = 0; half < COLUMNS.length; half++) {
                int at = (part * COLUMNS.length + half) * TILE;
                memory(F2, COLUMNS[half], PANEL, 0, at);
            }
            int others = RowParts.PARTS - part;
            for (int i = 0; i < others; i++) {
                // The smallest first; then from what is loaded on.
                int other = part == 0 ? others - 1 - i : i;
                for (int row = 0; row < tiles; row++) {
                    if (other != loaded) {
                        memory(F2, ROWS[row], X, 0, (other * tiles + row) * TILE);
                    }
                    for (int half = 0; half < COLUMNS.length; half++) {
                        multiply(SUMS[row][half], ROWS[row], COLUMNS[half]);
                    }
                }
                loaded = other;
            }
        }
    }

    /** {@code tdpbf16ps}. */
    private void multiply(int sum, int row, int column) {
        code.bytes(0xc4, 0xe2, (15 ^ column) << 3 | F3, 0x5c, 0xc0 | sum << 3 | row);
    }

    /** {@code tileloadd} or {@code tilestored}, with rows of 64 bytes times 2^{@code scale}. */
    private void memory(int prefix, int tile, int base, int scale, int at) {
        code.bytes(0xc4, base < 8 ? 0xe2 : 0xc2, 0x78 | prefix, 0x4b, 0x84 | tile << 3);
        code.bytes(scale << 6 | STRIDE << 3 | base & 7).integer(at);
    }
}
