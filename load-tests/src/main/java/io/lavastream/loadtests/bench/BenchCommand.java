package io.lavastream.loadtests.bench;

import io.lavastream.loadtests.bench.pipeline.PipelineCommand;
import io.lavastream.loadtests.soak.SoakCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What measures. */
@Command(
        name = "bench",
        description = "Measures on this machine.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = true)
public final class BenchCommand implements Runnable {
    @Spec private CommandSpec spec;

    private BenchCommand() {}

    /** The command with those below it. */
    public static CommandLine commandLine() {
        return new CommandLine(new BenchCommand())
                .addSubcommand(new EngineCommand())
                .addSubcommand(new PipelineCommand())
                .addSubcommand(new DeviceCommand())
                .addSubcommand(new SoakCommand())
                .addSubcommand(JmhCommand.commandLine());
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Missing command (expected: engine, pipeline, device, soak or jmh)");
    }
}
