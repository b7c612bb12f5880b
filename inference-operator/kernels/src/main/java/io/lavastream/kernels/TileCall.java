package io.lavastream.kernels;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What {@link TileCode} is told: fields of 8 bytes, some of which it changes, and the shapes of tiles. Of one thread. */
final class TileCall {
    // Offsets, in bytes.
    /** Address of the rows' parts. */
    static final int ROWS = 0;

    /** Address of the pieces' parts. */
    static final int PIECES = 8;

    /** Address of the sums. */
    static final int SUMS = 16;

    /** How many panels. */
    static final int PANELS = 24;

    /** How many times 32 consecutive values of the depth, the last of them with zeros. */
    static final int STEPS = 32;

    /** How many times one or two tiles of rows. */
    static final int TIMES = 40;

    /** Bytes from a panel's sums to the next one's. */
    static final int PANEL_OF_SUMS = 48;

    /** Not 0 where there are no sums yet. */
    static final int FIRST = 56;

    /** As {@code ldtilecfg} takes them: of whole tiles. */
    static final int SHAPES = 64;

    private static final int SIZE = 2 * SHAPES;
    private static final int TILES = 8;
    private static final int ROWS_OF_TILE = 16;
    private static final int BYTES_OF_ROW = 64;
    private static final int BYTES_AT = 16;
    private static final int ROWS_AT = 48;

    private final Memory memory = new Memory(SIZE);
    private final Object[] arguments = {memory};

    TileCall() {
        memory.clear();
        memory.setByte(SHAPES, (byte) 1); // palette
        for (int tile = 0; tile < TILES; tile++) {
            memory.setShort(SHAPES + BYTES_AT + Short.BYTES * tile, (short) BYTES_OF_ROW);
            memory.setByte(SHAPES + ROWS_AT + tile, (byte) ROWS_OF_TILE);
        }
    }

    TileCall with(int field, long value) {
        memory.setLong(field, value);
        return this;
    }

    /** Runs code that was made for as much as the fields say. */
    void run(Function code) {
        code.invokeVoid(arguments);
    }

    /** Memory outside the heap that begins with a line of the cache, as a tile's rows do. */
    static ByteBuffer lines(int bytes) {
        return ByteBuffer.allocateDirect(bytes + BYTES_OF_ROW)
                .alignedSlice(BYTES_OF_ROW)
                .order(ByteOrder.nativeOrder());
    }

    /** Where it begins. */
    static long address(ByteBuffer lines) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(lines));
    }
}
