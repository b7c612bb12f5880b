package io.lavastream.kernels;

import static io.lavastream.kernels.VectorMemory.INTS;
import static io.lavastream.kernels.VectorMemory.SPECIES;
import static io.lavastream.kernels.VectorMemory.store;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.OR;

import java.lang.invoke.MethodHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * A float as the sum of bfloat16 values, of 8 significant bits each: the one that is nearest, that of what is left of it, and so on. Three of them are all of a float,
 * two all of a binary16 value, one a byte; but for what is below 2^-126, of which there is none for the tile unit.
 */
final class Bfloat16Parts {
    /** Of a float. */
    static final int MOST = 3;

    /** Of a vector's pairs. */
    static final int BYTES = 64;

    private static final int HIGH = 0xffff_0000;

    /** Of the last bit that is kept. */
    private static final int HALF = 0x8000;

    /** By parts, counted from 1; see {@link Apart}. */
    private static final MethodHandle[] LOOPS = {
        Apart.method(Bfloat16Parts.class, "one"),
        Apart.method(Bfloat16Parts.class, "two"),
        Apart.method(Bfloat16Parts.class, "three")
    };

    private Bfloat16Parts() {}

    /** Of how many a matrix's values consist. */
    static int of(PanelFormat format) {
        return switch (format) {
            case FLOAT32 -> MOST;
            case FLOAT16 -> 2;
            case INT8 -> 1;
        };
    }

    /**
     * Writes the parts of pairs of vectors, those of a lane beside each other.
     *
     * @param values of the first pair the first vector is at {@code from}
     * @param other from there to the second one
     * @param next from a pair to the next one
     * @param count of pairs
     * @param parts of each value
     * @param memory where those of the first pair's first parts are put, at byte {@code to}
     * @param part bytes from there to the second ones, and on to the third
     * @param step bytes from there to the next pair's
     */
    static void put(
            float[] values,
            int from,
            int other,
            int next,
            int count,
            int parts,
            Object memory,
            int to,
            int part,
            int step) {
        try {
            LOOPS[parts - 1].invokeExact(values, from, other, next, count, memory, to, part, step);
        } catch (Throwable e) {
            throw VectorMemory.unexpected(e);
        }
    }

    // The last part is exact: nothing is left in the lower halves.

    static void one(
            float[] values,
            int from,
            int other,
            int next,
            int count,
            Object memory,
            int to,
            int part,
            int step) {
        int at = to;
        int i = from;
        for (int pair = 0; pair < count; pair++) {
            FloatVector a = FloatVector.fromArray(SPECIES, values, i);
            FloatVector b = FloatVector.fromArray(SPECIES, values, i + other);
            store(pairs(a.reinterpretAsInts(), b.reinterpretAsInts()), memory, at);
            at += step;
            i += next;
        }
    }

    static void two(
            float[] values,
            int from,
            int other,
            int next,
            int count,
            Object memory,
            int to,
            int part,
            int step) {
        IntVector high = IntVector.broadcast(INTS, HIGH);
        IntVector half = IntVector.broadcast(INTS, HALF);
        int at = to;
        int i = from;
        for (int pair = 0; pair < count; pair++) {
            FloatVector a = FloatVector.fromArray(SPECIES, values, i);
            FloatVector b = FloatVector.fromArray(SPECIES, values, i + other);
            IntVector a0 = nearest(a, half, high);
            IntVector b0 = nearest(b, half, high);
            store(pairs(a0, b0), memory, at);
            a = a.sub(a0.reinterpretAsFloats());
            b = b.sub(b0.reinterpretAsFloats());
            store(pairs(a.reinterpretAsInts(), b.reinterpretAsInts()), memory, at + part);
            at += step;
            i += next;
        }
    }

    static void three(
            float[] values,
            int from,
            int other,
            int next,
            int count,
            Object memory,
            int to,
            int part,
            int step) {
        IntVector high = IntVector.broadcast(INTS, HIGH);
        IntVector half = IntVector.broadcast(INTS, HALF);
        int at = to;
        int i = from;
        for (int pair = 0; pair < count; pair++) {
            FloatVector a = FloatVector.fromArray(SPECIES, values, i);
            FloatVector b = FloatVector.fromArray(SPECIES, values, i + other);
            IntVector a0 = nearest(a, half, high);
            IntVector b0 = nearest(b, half, high);
            store(pairs(a0, b0), memory, at);
            a = a.sub(a0.reinterpretAsFloats());
            b = b.sub(b0.reinterpretAsFloats());
            a0 = nearest(a, half, high);
            b0 = nearest(b, half, high);
            store(pairs(a0, b0), memory, at + part);
            a = a.sub(a0.reinterpretAsFloats());
            b = b.sub(b0.reinterpretAsFloats());
            store(pairs(a.reinterpretAsInts(), b.reinterpretAsInts()), memory, at + 2 * part);
            at += step;
            i += next;
        }
    }

    /** Values as bfloat16 ones, in the upper halves. */
    private static IntVector nearest(FloatVector values, IntVector half, IntVector high) {
        return values.reinterpretAsInts().lanewise(ADD, half).lanewise(AND, high);
    }

    /** Upper halves of {@code low} beside {@code high}, which has nothing but such. */
    private static FloatVector pairs(IntVector low, IntVector high) {
        return low.lanewise(LSHR, Short.SIZE).lanewise(OR, high).reinterpretAsFloats();
    }
}
