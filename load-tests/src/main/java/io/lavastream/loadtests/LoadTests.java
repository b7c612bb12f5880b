package io.lavastream.loadtests;

import io.lavastream.loadtests.bench.BenchCommand;
import io.lavastream.loadtests.faults.FaultsCommand;
import io.lavastream.serialization.AvroSafety;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The commands of {@code lavastream} that measure and torment it; the script runs them with the class path of this
 * module. Exit codes: 0 as it should be, 1 a wrong result, 2 cannot run as asked, 3 a goal is missed.
 */
@Command(name = "lavastream", mixinStandardHelpOptions = true, synopsisSubcommandLabel = "COMMAND")
public final class LoadTests implements Runnable {
    private static final int HELP_WIDTH = 110;
    private static final int WRONG_RESULT = 1;
    private static final int USAGE = 2;

    @Spec private CommandSpec spec;

    private LoadTests() {}

    public static void main(String[] arguments) {
        AvroSafety.install();
        System.exit(commandLine().execute(arguments));
    }

    /** The command line, writing to the process's own streams. */
    public static CommandLine commandLine() {
        return new CommandLine(new LoadTests())
                .addSubcommand(BenchCommand.commandLine())
                .addSubcommand(new FaultsCommand())
                .setExecutionExceptionHandler(LoadTests::explain)
                .setUsageHelpWidth(HELP_WIDTH);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command (expected: bench or faults)");
    }

    private static int explain(
            Exception failure, CommandLine commandLine, CommandLine.ParseResult parsed) {
        if (failure instanceof IllegalArgumentException) {
            commandLine.getErr().println("lavastream: " + failure.getMessage());
            return USAGE;
        }
        failure.printStackTrace(commandLine.getErr());
        return WRONG_RESULT;
    }
}
