package io.lavastream.loadtests.bench;

import java.io.PrintWriter;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a benchmark tells its figures, and how it ends. */
public final class FigureOptions {
    private static final int GOAL_MISSED = 3;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    @Option(names = "--json", description = "One line of JSON for each figure.")
    private boolean json;

    @Option(
            names = "--check",
            description = "End with 3 if a goal is missed, and name those that were not measured.")
    private boolean check;

    /** A report that prints each figure as it comes, on standard output. */
    public Report report(Goals goals) {
        CommandLine line = command.commandLine();
        if (!json) {
            line.getOut().println(FigureTable.head());
        }
        return new Report(
                goals,
                figure -> {
                    line.getOut()
                            .println(json ? FigureJson.line(figure) : FigureTable.line(figure));
                    line.getOut().flush();
                });
    }

    /** Is told what the benchmark does now, and says it on standard error. */
    public Consumer<String> progress() {
        return what -> command.commandLine().getErr().println("lavastream: bench: " + what);
    }

    /** Names the goals that are missed, and with {@code --check} those that were not measured; returns how the command ends. */
    public int exitCode(Report report) {
        PrintWriter err = command.commandLine().getErr();
        report.missed()
                .forEach(figure -> err.println("lavastream: missed: " + FigureTable.line(figure)));
        if (!check) {
            return 0;
        }
        report.unmeasured().forEach(goal -> err.println("lavastream: not measured: " + goal));
        return report.missed().isEmpty() ? 0 : GOAL_MISSED;
    }
}
