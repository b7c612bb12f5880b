package io.lavastream.standalone.cli;

import io.lavastream.topics.TopicAdmin.Difference;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares a cluster with the contract. */
@Command(
        name = "check",
        description =
                "Prints each setting that differs from the contract. Ends with 0 if none does, else with 1.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  lavastream topics check --bootstrap-servers kafka:9092 --replication-factor 3")
final class TopicsCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private ContractOptions contract;

    TopicsCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Difference> differences = contract.with((admin, topics) -> admin.check(topics));
        differences.forEach(terminal.out()::println);
        if (differences.isEmpty()) {
            terminal.out().println("all topics are as the contract says");
            return 0;
        }
        return Failures.WRONG_RESULT;
    }
}
