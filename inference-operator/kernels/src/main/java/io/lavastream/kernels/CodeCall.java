package io.lavastream.kernels;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What {@link MachineCode} is told, as the only argument of a function: fields of 8 bytes, some of which it changes. Of one thread. */
class CodeCall {
    /** Bytes of a line of the cache. */
    static final int LINE = 64;

    private final Memory memory;
    private final Object[] arguments;

    CodeCall(int bytes) {
        memory = new Memory(bytes);
        memory.clear();
        arguments = new Object[] {memory};
    }

    final Memory memory() {
        return memory;
    }

    /** @param field offset in bytes */
    final CodeCall with(int field, long value) {
        memory.setLong(field, value);
        return this;
    }

    /** Runs code that was made for as much as the fields say. */
    final void run(Function code) {
        code.invokeVoid(arguments);
    }

    /** Memory outside the heap for {@code bytes}, of whole lines of the cache. */
    static ByteBuffer lines(int bytes) {
        int whole = Math.addExact(bytes, LINE - 1) / LINE * LINE;
        return ByteBuffer.allocateDirect(Math.addExact(whole, LINE))
                .alignedSlice(LINE)
                .order(ByteOrder.nativeOrder());
    }

    /** {@code lines}, or longer ones where they have no room for {@code bytes}. */
    static ByteBuffer fit(ByteBuffer lines, int bytes) {
        return lines.capacity() < bytes ? lines(bytes) : lines;
    }

    /** Likewise, for {@code count} floats. */
    static ByteBuffer fitFloats(ByteBuffer lines, int count) {
        return fit(lines, Math.multiplyExact(count, Float.BYTES));
    }

    /** Where a direct buffer begins; of use as long as somebody holds the buffer. */
    static long address(ByteBuffer lines) {
        return Pointer.nativeValue(Native.getDirectBufferPointer(lines));
    }
}
