package io.lavastream.engine.model;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.Optional;

/**
 * Memory outside the heap that was freed but not returned to the system: glibc keeps it for what is allocated next, and the command tells it to
 * keep more than it does by itself, as it would be returned and asked for again at each operation.
 */
final class FreedMemory {
    /** {@code int malloc_trim(size_t pad)}, where the C library has it. */
    private static final Optional<Function> TRIM = find();

    private FreedMemory() {}

    /** Returns all that is free now. Without effect where the C library does not offer it. */
    static void returnToSystem() {
        TRIM.ifPresent(trim -> trim.invokeInt(new Object[] {0L}));
    }

    private static Optional<Function> find() {
        try {
            return Optional.of(NativeLibrary.getProcess().getFunction("malloc_trim"));
        } catch (UnsatisfiedLinkError e) {
            return Optional.empty(); // Another C library than glibc.
        }
    }
}
