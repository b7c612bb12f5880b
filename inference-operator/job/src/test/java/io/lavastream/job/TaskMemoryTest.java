package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.taskexecutor.TaskExecutorResourceUtils;
import org.junit.jupiter.api.Test;

class TaskMemoryTest {
    private static final long GIB = 1L << 30;

    private final Configuration taskManager = new Configuration();

    @Test
    void aModelThatFitsIsOpened() {
        taskManager.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(2048));

        assertThatCode(() -> TaskMemory.require(2 * GIB, taskManager)).doesNotThrowAnyException();
    }

    @Test
    void oneThatDoesNotIsRefusedWithBothNumbers() {
        taskManager.set(TaskManagerOptions.TASK_OFF_HEAP_MEMORY, MemorySize.ofMebiBytes(2048));

        assertThatThrownBy(() -> TaskMemory.require(2 * GIB + 1, taskManager))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "taskmanager.memory.task.off-heap.size: 2048m (expected: at least 2049m, which the model takes"
                                + " outside the heap)");
    }

    @Test
    void flinksDefaultPromisesNothing() {
        assertThat(TaskMemory.isLimited(taskManager)).isTrue();
        assertThatThrownBy(() -> TaskMemory.require(1, taskManager))
                .hasMessageContaining("size: 0m (expected: at least 1m");
    }

    @Test
    void aClusterInsideAJvmIsNotLimited() {
        TaskExecutorResourceUtils.adjustForLocalExecution(taskManager);

        assertThat(TaskMemory.isLimited(taskManager)).isFalse();
        assertThatCode(() -> TaskMemory.require(100 * GIB, taskManager)).doesNotThrowAnyException();
    }
}
