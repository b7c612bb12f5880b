package io.lavastream.standalone.cli;

import io.lavastream.serialization.SchemaRegistration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Applies the contract. */
@Command(
        name = "register",
        description =
                "Registers each schema under its subject, sets the subject to FULL_TRANSITIVE, and prints subject and"
                        + " id. What is registered already stays as it is.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExample:%n",
        footer = "  lavastream schemas register --schema-registry-url http://registry:8081")
final class SchemasRegisterCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private RegistryOptions registry;

    SchemasRegisterCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        registry.with(SchemaRegistration::register)
                .forEach(
                        schema ->
                                terminal.out()
                                        .println("%s %d".formatted(schema.subject(), schema.id())));
        return 0;
    }
}
