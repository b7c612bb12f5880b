package io.lavastream.job;

import java.net.URI;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Flink inside this JVM: one JobManager, one TaskManager, loopback only. */
final class LocalCluster {
    private static final Logger LOG = LoggerFactory.getLogger(LocalCluster.class);

    private static final String LOOPBACK = "127.0.0.1";

    /** Of Pekko, through which Flink's parts talk. Its two clocks would wake 100 times a second each; they ring timeouts of seconds. */
    private static final String TICK = "pekko.scheduler.tick-duration";

    private LocalCluster() {}

    /** Flink's settings for a job that resumes from {@code checkpoint}, or begins. */
    static Configuration configuration(JobConfig config, Optional<URI> checkpoint) {
        Configuration flink = JobOptions.of(config);
        checkpoint.ifPresent(path -> resume(flink, config, path));
        addresses(flink);
        // Operators are chained, so that nothing travels through network buffers.
        flink.set(TaskManagerOptions.NETWORK_MEMORY_MIN, MemorySize.ofMebiBytes(16));
        flink.set(TaskManagerOptions.NETWORK_MEMORY_MAX, MemorySize.ofMebiBytes(16));
        flink.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1));
        return flink;
    }

    private static void resume(Configuration flink, JobConfig config, URI checkpoint) {
        flink.set(StateRecoveryOptions.SAVEPOINT_PATH, checkpoint.toString());
        // A lane may be taken away. Should it return, its requests are read from the earliest on,
        // and those that have an outcome are skipped.
        flink.set(StateRecoveryOptions.SAVEPOINT_IGNORE_UNCLAIMED_STATE, true);
        for (String lane : UnservedLanes.of(checkpoint, config)) {
            LOG.warn(
                    "lane '{}' is not served any more: its place in {} is dropped",
                    lane,
                    checkpoint);
        }
    }

    private static void addresses(Configuration flink) {
        flink.set(RestOptions.ADDRESS, LOOPBACK);
        flink.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        flink.set(RestOptions.BIND_PORT, "0");
        flink.set(JobManagerOptions.ADDRESS, LOOPBACK);
        flink.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        flink.set(TaskManagerOptions.HOST, LOOPBACK);
        flink.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
    }

    /** Starts a cluster with room for {@code parallelism} subtasks of every operator. The caller closes it. */
    static MiniCluster start(Configuration configuration, int parallelism) throws Exception {
        if (System.getProperty(TICK) == null) {
            System.setProperty(TICK, "100ms");
        }
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(parallelism)
                                .setCommonBindAddress(LOOPBACK)
                                .build());
        cluster.start();
        return cluster;
    }
}
