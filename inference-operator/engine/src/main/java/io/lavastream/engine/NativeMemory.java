package io.lavastream.engine;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Memory outside the heap, which the bindings of native libraries limit by themselves. */
public final class NativeMemory {
    private static final Logger LOG = LoggerFactory.getLogger(NativeMemory.class);

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

    /**
     * Gives back to the system what its allocator has kept, such as what loading a model took on the way: for Linux, by a command of
     * the JVM that not every release has.
     */
    public static void giveBack() {
        try {
            ManagementFactory.getPlatformMBeanServer()
                    .invoke(
                            new ObjectName("com.sun.management:type=DiagnosticCommand"),
                            "systemTrimNativeHeap",
                            null,
                            null);
        } catch (JMException e) {
            LOG.debug("Native memory is not given back", e);
        }
    }
}
