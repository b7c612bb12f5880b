package io.lavastream.engine.runtime;

import com.sun.management.OperatingSystemMXBean;
import io.lavastream.engine.model.ComputeDevice;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * What this process may use.
 *
 * @param available bytes in all, for weights, cache, computation and JVM
 * @param heap bytes that the JVM's heap is taken to grow to
 */
record Memory(long available, long heap) {
    /** What engine, broker and job live on together; a higher limit of the JVM is only a limit. */
    private static final long MAX_HEAP = 1L << 30;

    private static final Path MEMINFO = Path.of("/proc/meminfo");

    /**
     * {@code limit} where there is one, else the smaller of the container's limit (or the machine's memory) and what the
     * system says can be had without swapping.
     */
    static Memory ofProcess(OptionalLong limit) {
        return new Memory(
                limit.orElseGet(() -> Math.min(total(), systemAvailable(MEMINFO))),
                Math.min(MAX_HEAP, Runtime.getRuntime().maxMemory()));
    }

    /** A GPU's: what TensorFlow may take of it. The JVM is not there. */
    static Memory ofGpu(ComputeDevice.Gpu gpu) {
        return new Memory(gpu.bytes(), 0);
    }

    private static long total() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                .getTotalMemorySize();
    }

    /** {@code MemAvailable} of {@code meminfo}; no limit where there is no such file or line. */
    static long systemAvailable(Path meminfo) {
        try {
            for (String line : Files.readAllLines(meminfo)) {
                if (line.matches("MemAvailable:\\s+\\d+ kB")) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            return Long.MAX_VALUE;
        } catch (IOException e) {
            return Long.MAX_VALUE; // No Linux: the total decides.
        }
    }
}
