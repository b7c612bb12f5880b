package io.lavastream.job;

import java.util.Collection;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

/**
 * The GPU that Flink's external resource framework has given to a TaskManager, where the cluster is configured with the resource
 * {@code gpu}. All tasks of a process see the same ones, and take the same: they share an engine.
 *
 * @param index as the driver counts; empty where the cluster has no such resource
 */
record TaskManagerGpu(OptionalInt index) {
    static final String RESOURCE = "gpu";

    /** As the driver that ships with Flink calls it. */
    private static final String INDEX = "index";

    /**
     * @throws IllegalStateException if a GPU has no index, or one that is no number
     */
    static TaskManagerGpu of(Collection<? extends ExternalResourceInfo> gpus) {
        return new TaskManagerGpu(gpus.stream().mapToInt(TaskManagerGpu::index).min());
    }

    EngineSupplier apply(EngineSupplier supplier) {
        return index.isPresent() ? supplier.onGpu(index.getAsInt()) : supplier;
    }

    private static int index(ExternalResourceInfo gpu) {
        Optional<String> index = gpu.getProperty(INDEX);
        try {
            return Integer.parseInt(index.orElse(""));
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "external resource gpu: index %s (expected: a number)"
                            .formatted(index.orElse("missing")),
                    e);
        }
    }
}
