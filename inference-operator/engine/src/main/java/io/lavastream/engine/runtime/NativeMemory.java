package io.lavastream.engine.runtime;

/**
 * Lifts JavaCPP's limits on native memory. It refuses to allocate what goes beyond the heap's maximum, or a process of more than four
 * times that; but weights are native and the heap is small, so a model of several gigabytes would not open.
 */
final class NativeMemory {
    private static final String NO_LIMIT = "0";

    private NativeMemory() {}

    /** Takes effect until TensorFlow's first class loads. A limit that the process was started with stays. */
    static void unbound() {
        unbound("org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxBytes");
        unbound("org.bytedeco.javacpp.maxphysicalbytes", "org.bytedeco.javacpp.maxPhysicalBytes");
    }

    private static void unbound(String property, String otherSpelling) {
        if (System.getProperty(property) == null && System.getProperty(otherSpelling) == null) {
            System.setProperty(property, NO_LIMIT);
        }
    }
}
