package io.lavastream.job;

import java.util.Optional;
import org.apache.flink.api.common.functions.RuntimeContext;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;

/**
 * What a TaskManager has promised its tasks outside the heap. An engine's weights and cache lie there; Flink does not enforce
 * the promise, but sizes containers by it, and a container kills.
 */
final class TaskMemory {
    /** What Flink sets inside a JVM of ours: as good as everything. */
    private static final long LOCAL_PROMISE = 1L << 40;

    private TaskMemory() {}

    /** The settings of the TaskManager that {@code context} is of. */
    static Optional<ReadableConfig> settings(RuntimeContext context) {
        return context instanceof StreamingRuntimeContext streaming
                ? Optional.of(streaming.getTaskManagerRuntimeInfo().getConfiguration())
                : Optional.empty();
    }

    /** Whether it has promised some number of bytes, be it none. */
    static boolean isLimited(ReadableConfig taskManager) {
        return taskManager.get(TaskManagerOptions.TASK_OFF_HEAP_MEMORY).getBytes() < LOCAL_PROMISE;
    }

    /**
     * Does nothing where {@code bytes} fit.
     *
     * @throws IllegalArgumentException otherwise, with both numbers
     */
    static void require(long bytes, ReadableConfig taskManager) {
        MemorySize promised = taskManager.get(TaskManagerOptions.TASK_OFF_HEAP_MEMORY);
        if (promised.getBytes() < bytes) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: at least %s, which the model takes outside the heap)"
                            .formatted(
                                    TaskManagerOptions.TASK_OFF_HEAP_MEMORY.key(),
                                    mebibytes(promised.getBytes()),
                                    mebibytes(bytes)));
        }
    }

    private static String mebibytes(long bytes) {
        return "%dm".formatted((bytes + (1 << 20) - 1) >> 20);
    }
}
