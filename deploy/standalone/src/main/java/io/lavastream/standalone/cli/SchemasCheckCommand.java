package io.lavastream.standalone.cli;

import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.serialization.SchemaRegistration.Difference;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Compares a registry with the contract. */
@Command(
        name = "check",
        description =
                "Prints each schema that is missing and each subject of another compatibility. Ends with 0 if there is"
                        + " none, else with 1.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  lavastream schemas check --schema-registry-url http://registry:8081")
final class SchemasCheckCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private RegistryOptions registry;

    SchemasCheckCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        List<Difference> differences = registry.with(SchemaRegistration::check);
        differences.forEach(terminal.out()::println);
        if (differences.isEmpty()) {
            terminal.out().println("all schemas are as the contract says");
            return 0;
        }
        return Failures.WRONG_RESULT;
    }
}
