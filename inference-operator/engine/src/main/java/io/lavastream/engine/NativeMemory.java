package io.lavastream.engine;

import java.util.List;

/** Memory outside the heap, which the bindings of native libraries limit by themselves. */
public final class NativeMemory {
    private NativeMemory() {}

    /**
     * Takes the limits away: JavaCPP refuses native memory beyond a few heaps, once its first class has loaded. Weights live there, and
     * were budgeted before; images are limited by their headers. Limits that the process was started with stay. To be called before
     * the first class of a binding loads.
     */
    public static void liftLimits() {
        for (String limit : List.of("maxBytes", "maxPhysicalBytes")) {
            String property = "org.bytedeco.javacpp." + limit;
            System.setProperty(property, System.getProperty(property, "0"));
        }
    }
}
