package io.lavastream.standalone.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Schemas are a contract, as topics are. */
@Command(
        name = "schemas",
        description =
                "Registers or checks the schemas of the service's topics in a schema registry.",
        synopsisSubcommandLabel = "(register | check)",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream schemas register --schema-registry-url http://registry:8081",
            "  lavastream schemas check --schema-registry-url https://registry:8081 --registry-config registry.properties"
        })
final class SchemasCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command (expected: register or check)");
    }
}
