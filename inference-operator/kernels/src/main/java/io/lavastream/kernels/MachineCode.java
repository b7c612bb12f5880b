package io.lavastream.kernels;

import com.sun.jna.Function;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Machine code in memory of its own, which nothing writes to any more once it may be run, on Linux on x86-64. It stays as long as the process. */
final class MachineCode {
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int PROT_EXEC = 4;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;

    /** From where on functions begin, as processors fetch code. */
    private static final int ALIGNMENT = 64;

    /** Of Linux. */
    private interface LibC extends Library {
        long syscall(long number, long first, long second);

        Pointer mmap(Pointer at, long size, int protection, int flags, int file, long offset);

        int mprotect(Pointer at, long size, int protection);

        int munmap(Pointer at, long size);
    }

    private MachineCode() {}

    /** Functions of {@code codes}, in their order; empty where what runs this process does not let it have any. */
    static Optional<List<Function>> of(List<byte[]> codes) {
        try {
            return of(codes, Native.load("c", LibC.class));
        } catch (LinkageError e) {
            return Optional.empty();
        }
    }

    /** A system call of two arguments; whether it succeeded. */
    static boolean call(long number, long first, long second) {
        try {
            return Native.load("c", LibC.class).syscall(number, first, second) == 0;
        } catch (LinkageError e) {
            return false;
        }
    }

    private static Optional<List<Function>> of(List<byte[]> codes, LibC system) {
        int size = codes.stream().mapToInt(code -> room(code)).sum();
        int writable = PROT_READ | PROT_WRITE;
        Pointer memory = system.mmap(Pointer.NULL, size, writable, MAP_PRIVATE_ANONYMOUS, -1, 0);
        if (Pointer.nativeValue(memory) == -1) {
            return Optional.empty();
        }
        List<Function> functions = new ArrayList<>();
        int at = 0;
        for (byte[] code : codes) {
            memory.write(at, code, 0, code.length);
            functions.add(Function.getFunction(memory.share(at)));
            at += room(code);
        }
        if (system.mprotect(memory, size, PROT_READ | PROT_EXEC) != 0) {
            system.munmap(memory, size);
            return Optional.empty();
        }
        return Optional.of(List.copyOf(functions));
    }

    private static int room(byte[] code) {
        return (code.length - 1) / ALIGNMENT * ALIGNMENT + ALIGNMENT;
    }
}
