package io.lavastream.kernels;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

/**
 * Methods that are compiled by themselves. The JIT compiler takes in no more than 18 000 nodes a method ({@code NodeCountInliningCutoff}), of which an
 * operation with vectors takes some hundred; of what it leaves out half way each vector is an object, and a process is several times as slow for as
 * long as it lives. Whether it comes to that depends on what was called how often before. So each large loop has room to spare when it is compiled
 * alone, and is called by a handle that is no constant: into such the compiler never looks. It does not look into what is longer than 325 bytes of byte
 * code, either, which tiles of many rows are.
 */
final class Apart {
    private Apart() {}

    /**
     * A static method that is the only one of its name, of its own type.
     *
     * @return to be kept where the compiler takes nothing for a constant: in an array, or in a field of an object that is no record; not in a static one
     */
    static MethodHandle method(Class<?> of, String name) {
        try {
            return MethodHandles.lookup().unreflect(only(of, name));
        } catch (IllegalAccessException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static Method only(Class<?> of, String name) {
        List<Method> named =
                Arrays.stream(of.getDeclaredMethods())
                        .filter(method -> method.getName().equals(name))
                        .toList();
        if (named.size() != 1) {
            throw new IllegalArgumentException(
                    "%d methods %s of %s (expected: one)".formatted(named.size(), name, of));
        }
        return named.get(0);
    }
}
