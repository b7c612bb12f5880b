package io.lavastream.standalone.cli;

import io.lavastream.topics.TopicSettings;
import picocli.CommandLine.Option;

/** Options of topics that are created. */
final class TopicOptions {
    @Option(
            names = "--partitions",
            paramLabel = "N",
            defaultValue = "4",
            description = "Partitions of every topic that is created. Default: ${DEFAULT-VALUE}.")
    private int partitions;

    @Option(
            names = "--replication-factor",
            paramLabel = "N",
            defaultValue = "1",
            description = "Copies of every partition. Default: ${DEFAULT-VALUE}.")
    private short replicationFactor;

    TopicSettings settings() {
        return new TopicSettings(partitions, replicationFactor);
    }
}
