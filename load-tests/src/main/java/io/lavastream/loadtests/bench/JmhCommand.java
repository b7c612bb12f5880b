package io.lavastream.loadtests.bench;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Measures what is small and plain Java, with JMH. */
@Command(
        name = "jmh",
        description = {
            "Measures preprocessing, tokenizer and scheduler with JMH.",
            "Whatever follows goes to JMH: a pattern of names, or its options; -h lists them."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream bench jmh                       all of them",
            "  lavastream bench jmh Tokenizer -f 1 -wi 2  one fork, two iterations to warm up"
        })
final class JmhCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "ARGS", description = "For JMH.")
    private List<String> arguments = List.of();

    private JmhCommand() {}

    static CommandLine commandLine() {
        return new CommandLine(new JmhCommand()).setUnmatchedOptionsArePositionalParams(true);
    }

    @Override
    public Integer call() throws IOException {
        Main.main(arguments.toArray(String[]::new));
        return 0;
    }
}
