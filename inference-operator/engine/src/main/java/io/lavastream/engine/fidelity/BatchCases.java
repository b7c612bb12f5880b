package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.LlavaModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every golden of a model again, in full batches and with neighbours that join and leave meanwhile:
 * the tokens are those of the golden alone, the logits within {@link Tolerances#BATCH}.
 */
final class BatchCases {
    private static final int JOIN_EVERY = 7;
    private static final int PIECE = 200;

    /** A case and the answer that it had alone. */
    private record Alone(GoldenInput input, Answered answer) {}

    private final FidelityReport report;
    private final Map<LlavaModel, List<Alone>> byModel = new LinkedHashMap<>();

    BatchCases(FidelityReport report) {
        this.report = report;
    }

    void add(GoldenInput input, Answered alone) {
        byModel.computeIfAbsent(input.model(), model -> new ArrayList<>())
                .add(new Alone(input, alone));
    }

    void run() {
        byModel.forEach(this::run);
    }

    private void run(LlavaModel model, List<Alone> cases) {
        try {
            List<GoldenInput> inputs = cases.stream().map(Alone::input).toList();
            List<Integer> limits = cases.stream().map(single -> single.answer().size()).toList();
            List<Answered> full = new BatchRun(model, 0, model.maxChunk()).run(inputs, limits);
            List<Answered> joining = new BatchRun(model, JOIN_EVERY, PIECE).run(inputs, limits);
            for (int i = 0; i < cases.size(); i++) {
                Comparison comparison = new Comparison();
                compare(comparison, "full", cases.get(i).answer(), full.get(i));
                compare(comparison, "joining", cases.get(i).answer(), joining.get(i));
                report.add(comparison.result(CaseKind.BATCH, cases.get(i).input().golden().name()));
            }
        } catch (RuntimeException e) {
            cases.forEach(
                    single ->
                            report.add(
                                    CaseResult.miss(
                                            CaseKind.BATCH, single.input().golden().name(), e)));
        }
    }

    private static void compare(
            Comparison comparison, String company, Answered alone, Answered found) {
        comparison.equal(company + " tokens", found.tokens(), alone.tokens());
        for (int i = 0; i < Math.min(alone.size(), found.size()); i++) {
            comparison.differs(
                    company + " logits",
                    Logits.difference(found.logits(i), alone.logits(i)),
                    Tolerances.BATCH);
            if (found.tokens()[i] != alone.tokens()[i]) {
                comparison.remark(
                        String.format(
                                Locale.ROOT,
                                "margin of token %d alone: %.1e",
                                i,
                                Logits.margin(alone.logits(i))));
                return; // What follows another token is another text.
            }
        }
    }
}
