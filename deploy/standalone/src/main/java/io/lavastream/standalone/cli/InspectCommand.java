package io.lavastream.standalone.cli;

import io.lavastream.standalone.inspect.AttemptTrace;
import io.lavastream.standalone.inspect.Inspection;
import io.lavastream.topics.Lanes;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows where a request is or was. */
@Command(
        name = "inspect",
        description = {
            "Shows where a request is or was: what the gate holds of it, its records on the topics"
                    + " with their times, and its answer or failure. Reads topics only and changes"
                    + " nothing.",
            "Ends with 1 if nothing is known of it."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream inspect --bootstrap-servers kafka:9092 --schema-registry-url"
                    + " http://registry:8081 order-17",
            "  lavastream inspect --bootstrap-servers kafka:9092 --schema-registry-url"
                    + " http://registry:8081 \\",
            "      --since 7d --json order-17"
        })
final class InspectCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private RunningClusterOptions cluster;

    @Option(
            names = "--lanes",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "interactive,bulk",
            description = "Lanes to look in. Default: ${DEFAULT-VALUE}.")
    private List<String> lanes;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            defaultValue = "24h",
            converter = PointInTime.Converter.class,
            description =
                    "Look at what was written from then on: a moment, or back from now as 15m, 2h,"
                            + " 7d. Default: ${DEFAULT-VALUE}.")
    private PointInTime since;

    @Option(names = "--json", description = "Print one JSON object a line, for each attempt.")
    private boolean json;

    @Parameters(paramLabel = "REQUEST_ID", description = "The request's id.")
    private String requestId;

    InspectCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Instant from = since.seenFrom(Instant.now());
        List<AttemptTrace> traces =
                Inspection.of(cluster.cluster(), requestId, Lanes.checked(lanes), from);
        if (traces.isEmpty()) {
            terminal.err()
                    .println(
                            "lavastream: nothing is known of '%s' since %s in lanes %s"
                                    .formatted(requestId, from, lanes));
            return Failures.WRONG_RESULT;
        }
        TracePrinter printer = new TracePrinter(terminal.out());
        for (AttemptTrace trace : traces) {
            if (json) {
                printer.json(requestId, trace);
            } else {
                printer.text(requestId, trace);
            }
        }
        return 0;
    }
}
