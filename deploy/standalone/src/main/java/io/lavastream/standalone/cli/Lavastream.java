package io.lavastream.standalone.cli;

import io.lavastream.serialization.AvroSafety;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code lavastream} command. Exit codes: 0 as it should be, 1 a wrong result, 2 cannot run as asked. */
@Command(
        name = "lavastream",
        description = "Answers questions about images on an event stream.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true,
        version = "Lavastream 0.1.0",
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream demo                                  see it work on sample scenes",
            "  lavastream serve --data DIR                      run the service until Ctrl-C",
            "  lavastream ask --image photo.jpg \"What is this?\"  one question through the topics",
            "  lavastream bench engine                          measure the engine; in a checkout"
                    + " only",
            "  lavastream COMMAND --help                        options and examples of a command"
        })
public final class Lavastream implements Runnable {
    /** Columns: as wide as the examples need. */
    private static final int HELP_WIDTH = 110;

    @Spec private CommandSpec spec;

    private Lavastream() {}

    public static void main(String[] arguments) {
        // Before any record's class loads Avro, which reads its switches once.
        AvroSafety.install();
        System.exit(run(Terminal.ofProcess(), arguments));
    }

    /** Runs a command and returns its exit code. */
    static int run(Terminal terminal, String... arguments) {
        return commandLine(terminal).execute(arguments);
    }

    private static CommandLine commandLine(Terminal terminal) {
        CommandLine topics =
                new CommandLine(new TopicsCommand())
                        .addSubcommand(new TopicsCreateCommand(terminal))
                        .addSubcommand(new TopicsCheckCommand(terminal));
        CommandLine schemas =
                new CommandLine(new SchemasCommand())
                        .addSubcommand(new SchemasRegisterCommand(terminal))
                        .addSubcommand(new SchemasCheckCommand(terminal));
        return new CommandLine(new Lavastream())
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new AskCommand(terminal))
                .addSubcommand(new RedriveCommand(terminal))
                .addSubcommand(new InspectCommand(terminal))
                .addSubcommand(new GenerateCommand(terminal))
                .addSubcommand(new MakeCheckpointCommand(terminal))
                .addSubcommand(new FidelityCommand(terminal))
                .addSubcommand(topics)
                .addSubcommand(schemas)
                .setOut(writer(terminal.out()))
                .setErr(writer(terminal.err()))
                .setExecutionExceptionHandler(new Failures(terminal))
                .setParameterExceptionHandler(Lavastream::sayHowToAsk)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH);
    }

    private static int sayHowToAsk(ParameterException mistake, String[] arguments) {
        CommandLine command = mistake.getCommandLine();
        command.getErr()
                .printf(
                        "lavastream: %s%nTry '%s --help'.%n",
                        mistake.getMessage(), command.getCommandSpec().qualifiedName());
        return Failures.USAGE;
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command (expected: one of those in --help)");
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
