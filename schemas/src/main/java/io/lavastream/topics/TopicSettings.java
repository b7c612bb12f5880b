package io.lavastream.topics;

/**
 * What differs from cluster to cluster.
 *
 * @param partitions partitions of every topic
 * @param replicationFactor copies of every partition; {@code min.insync.replicas} is one less, at least 1
 */
public record TopicSettings(int partitions, short replicationFactor) {
    /** One broker, a handful of consumers. */
    public static final TopicSettings SINGLE_BROKER = new TopicSettings(4, (short) 1);

    public TopicSettings {
        if (partitions < 1) {
            throw new IllegalArgumentException(
                    "partitions: %d (expected: >= 1)".formatted(partitions));
        }
        if (replicationFactor < 1) {
            throw new IllegalArgumentException(
                    "replication-factor: %d (expected: >= 1)".formatted(replicationFactor));
        }
    }

    int minInsyncReplicas() {
        return Math.max(1, replicationFactor - 1);
    }
}
