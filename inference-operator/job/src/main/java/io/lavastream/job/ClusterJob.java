package io.lavastream.job;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job on a Flink cluster of its own. Resuming is the cluster's matter there: {@code flink run -s CHECKPOINT}, or the
 * operator that runs it.
 */
public final class ClusterJob {
    private ClusterJob() {}

    /**
     * Submits the job to the cluster whose client this JVM is, and returns without waiting for its end. The engine's
     * places are checked when its tasks open, in every process for its own.
     *
     * @param supplier a class that the TaskManagers have, too
     */
    public static JobClient submit(JobConfig config, EngineSupplier supplier) throws Exception {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(JobOptions.of(config));
        InferencePipeline.build(environment, config, supplier);
        return environment.executeAsync();
    }
}
