package io.lavastream.standalone.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Applies the contract. */
@Command(
        name = "create",
        description =
                "Creates the topics that are missing and prints their names; leaves others as they are.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer =
                "  lavastream topics create --bootstrap-servers kafka:9092 --partitions 12 --replication-factor 3")
final class TopicsCreateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private ContractOptions contract;

    TopicsCreateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        contract.with((admin, topics) -> admin.create(topics))
                .forEach(name -> terminal.out().println("created " + name));
        return 0;
    }
}
