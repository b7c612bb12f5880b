package io.lavastream.standalone.cli;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.fidelity.CaseKind;
import io.lavastream.engine.fidelity.CaseResult;
import io.lavastream.engine.fidelity.Fidelity;
import io.lavastream.engine.fidelity.FidelityReport;
import io.lavastream.engine.fidelity.FidelitySettings;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Holds the engine against a directory of reference results. */
@Command(
        name = "fidelity",
        description = {
            "Runs every case of a directory of reference results on the engine and prints a line for each: what was"
                    + " compared, the worst difference with its tolerance, and ok, MISS or not served. Then a total for"
                    + " each kind.",
            "Ends with 0 if nothing missed, with 1 if anything did, with 2 if DIR has no cases."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream fidelity ../shared/reference",
            "  lavastream fidelity --kind tokenizer --kind decode DIR",
            "  lavastream fidelity --kind random --prompts 5000 DIR",
            "  lavastream fidelity --kind golden --weights fp16 --json DIR > results.jsonl"
        })
final class FidelityCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            split = ",",
            description = "Only cases of this kind: ${COMPLETION-CANDIDATES}; repeat it for more.")
    private List<CaseKind> kinds = List.of();

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "f32",
            description =
                    "How matrices are kept in memory: f32, fp16, bf16 or int8. Default: ${DEFAULT-VALUE}.")
    private WeightType weights;

    @Option(
            names = "--prompts",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "Random prompts through each model, for --kind random. Default: ${DEFAULT-VALUE}.")
    private int prompts;

    @Option(
            names = "--json",
            description =
                    "Print one JSON object a case instead of a line; totals go to standard error.")
    private boolean json;

    @Parameters(paramLabel = "DIR", description = "Directory of reference results.")
    private Path directory;

    FidelityCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Consumer<CaseResult> printer =
                json
                        ? result -> terminal.out().println(FidelityJson.line(result))
                        : terminal.out()::println;
        FidelityReport report = Fidelity.run(directory, settings(), printer);
        report.totals().forEach((json ? terminal.err() : terminal.out())::println);
        return report.holds() ? 0 : Failures.WRONG_RESULT;
    }

    private FidelitySettings settings() {
        FidelitySettings everything =
                FidelitySettings.everything().withWeights(weights).withPrompts(prompts);
        return kinds.isEmpty() ? everything : everything.withKinds(EnumSet.copyOf(kinds));
    }
}
