package io.lavastream.kernels;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vectors from and to memory outside the heap. Until JDK 18 such memory is a {@link ByteBuffer} for the vector API, from JDK 19 on a
 * {@code MemorySegment}; so both are an {@link Object} here, and what JDK it is decides, once, which methods are called. As the handles
 * are constants, the JIT compiler sees through them.
 *
 * <p>Offsets are in bytes. What lies outside the memory is refused with an {@link IndexOutOfBoundsException}.
 */
final class VectorMemory {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

    /** As many integers of 32 bits. */
    static final VectorSpecies<Integer> INTS = SPECIES.withLanes(int.class);

    private static final MethodHandle WRAP;
    private static final MethodHandle LOAD;
    private static final MethodHandle LOAD_INTS;
    private static final MethodHandle STORE;
    private static final MethodHandle TOUCH;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            boolean byBuffer = Runtime.version().feature() < 19;
            Class<?> memory =
                    byBuffer ? ByteBuffer.class : Class.forName("java.lang.foreign.MemorySegment");
            Class<?> offset = byBuffer ? int.class : long.class;
            String name = byBuffer ? "ByteBuffer" : "MemorySegment";
            WRAP =
                    (byBuffer
                                    ? MethodHandles.identity(ByteBuffer.class)
                                    : lookup.findStatic(
                                            memory, "ofBuffer", methodType(memory, Buffer.class)))
                            .asType(methodType(Object.class, ByteBuffer.class));
            MethodHandle store =
                    lookup.findVirtual(
                            FloatVector.class,
                            "into" + name,
                            methodType(void.class, memory, offset, ByteOrder.class));
            LOAD = loader(FloatVector.class, SPECIES, "from" + name, memory, offset);
            LOAD_INTS = loader(IntVector.class, INTS, "from" + name, memory, offset);
            STORE =
                    MethodHandles.insertArguments(store, 3, ByteOrder.nativeOrder())
                            .asType(
                                    methodType(
                                            void.class,
                                            FloatVector.class,
                                            Object.class,
                                            int.class));
            TOUCH = toucher(memory, byBuffer);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private VectorMemory() {}

    /** Vectors of {@code species} from memory, in the machine's order of bytes. */
    private static MethodHandle loader(
            Class<?> vector,
            VectorSpecies<?> species,
            String name,
            Class<?> memory,
            Class<?> offset)
            throws ReflectiveOperationException {
        MethodHandle load =
                MethodHandles.lookup()
                        .findStatic(
                                vector,
                                name,
                                methodType(
                                        vector,
                                        VectorSpecies.class,
                                        memory,
                                        offset,
                                        ByteOrder.class));
        return MethodHandles.insertArguments(
                        MethodHandles.insertArguments(load, 3, ByteOrder.nativeOrder()), 0, species)
                .asType(methodType(vector, Object.class, int.class));
    }

    /** Four bytes of memory. */
    private static MethodHandle toucher(Class<?> memory, boolean byBuffer)
            throws ReflectiveOperationException {
        MethodType wanted = methodType(int.class, Object.class, int.class);
        if (byBuffer) {
            return MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder())
                    .toMethodHandle(VarHandle.AccessMode.GET)
                    .asType(wanted);
        }
        String layout = "java.lang.foreign.ValueLayout";
        Object ints = Class.forName(layout).getField("JAVA_INT_UNALIGNED").get(null);
        MethodHandle get =
                MethodHandles.lookup()
                        .findVirtual(
                                memory,
                                "get",
                                methodType(
                                        int.class, Class.forName(layout + "$OfInt"), long.class));
        return MethodHandles.insertArguments(get, 1, ints).asType(wanted);
    }

    /** What {@link #load} and {@link #store} take of a direct buffer, all of it from index 0 on. */
    static Object of(ByteBuffer direct) {
        try {
            return (Object) WRAP.invokeExact(direct);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static FloatVector load(Object memory, int offset) {
        try {
            return (FloatVector) LOAD.invokeExact(memory, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    static IntVector loadInts(Object memory, int offset) {
        try {
            return (IntVector) LOAD_INTS.invokeExact(memory, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Has the four bytes at {@code offset}, and what lies around them, fetched; their value. */
    static int touch(Object memory, int offset) {
        try {
            return (int) TOUCH.invokeExact(memory, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** Copies {@code count} floats, whole vectors, from the {@code from}th on to {@code target} from {@code to} on. */
    static void read(Object memory, int from, int count, float[] target, int to) {
        for (int i = 0; i < count; i += SPECIES.length()) {
            load(memory, (from + i) * Float.BYTES).intoArray(target, to + i);
        }
    }

    static void store(FloatVector values, Object memory, int offset) {
        try {
            STORE.invokeExact(values, memory, offset);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** What a method's handle throws, of a method that declares nothing. */
    static RuntimeException unexpected(Throwable thrown) {
        if (thrown instanceof RuntimeException e) {
            return e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
        return new IllegalStateException(thrown);
    }
}
