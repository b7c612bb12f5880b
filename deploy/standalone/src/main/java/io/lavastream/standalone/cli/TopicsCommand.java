package io.lavastream.standalone.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Topics are a contract; nothing relies on automatic creation. */
@Command(
        name = "topics",
        description = "Creates or checks the service's topics on a Kafka cluster.",
        synopsisSubcommandLabel = "(create | check)",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream topics create --bootstrap-servers kafka:9092 --partitions 12 --replication-factor 3",
            "  lavastream topics check --bootstrap-servers kafka:9092 --replication-factor 3",
            "  lavastream topics check --bootstrap-servers kafka:9093 --kafka-config tls.properties"
        })
final class TopicsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command (expected: create or check)");
    }
}
