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
     * Returns to the system what the C library keeps of memory that was freed, where the JVM has a command for that: HotSpot on
     * Linux with glibc, from 17.0.9 on. Elsewhere it does nothing. Takes some milliseconds.
     */
    public static void trim() {
        try {
            LOG.debug(
                    "{}",
                    ManagementFactory.getPlatformMBeanServer()
                            .invoke(
                                    ObjectName.getInstance(
                                            "com.sun.management:type=DiagnosticCommand"),
                                    "systemTrimNativeHeap",
                                    null,
                                    null));
        } catch (JMException e) {
            LOG.debug("This JVM cannot return native memory", e);
        }
    }
}
