package io.lavastream.job;

import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The job on a Flink cluster of its own. Resuming is the cluster's matter there: {@code flink run -s CHECKPOINT}, or the
 * operator that runs it.
 */
public final class ClusterJob {
    private ClusterJob() {}

    /** Usage: {@code flink run -c io.lavastream.job.ClusterJob JAR SETTINGS.properties}; durations in milliseconds. */
    public static void main(String[] args) throws Exception {
        if (args.length != 1) {
            throw new IllegalArgumentException(
                    "arguments: %d (expected: the settings file)".formatted(args.length));
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(reader);
        }
        JobProperties settings = new JobProperties(properties);
        submit(settings.job(), LlavaEngineSupplier.of(settings.engine()));
    }

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
