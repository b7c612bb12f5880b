package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.LlavaModel;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every golden of a model again: in full batches, with neighbours that join and leave meanwhile, and
 * over a prefix that another sequence computed, in pieces of three lengths. The tokens are those of the
 * golden alone, the logits within {@link Tolerances#BATCH}.
 */
final class BatchCases {
    private static final int JOIN_EVERY = 7;
    private static final int PIECE = 200;

    /** Lengths of pieces behind a reused prefix: one that is padded, one that is not, and a long one. */
    private static final int[] PREFIX_PIECES = {45, 64, 256};

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
                comparePrefixes(comparison, cases.get(i));
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

    /** A third, two thirds, and all but the last position of the prompt are reused. */
    private static void comparePrefixes(Comparison comparison, Alone single) {
        int length = single.input().length();
        int limit = single.answer().size();
        for (int i = 0; i < PREFIX_PIECES.length; i++) {
            PrefixRun run =
                    new PrefixRun(
                            single.input(),
                            Math.min(PREFIX_PIECES[i], single.input().model().maxChunk()));
            int reused = Math.max(1, i == 2 ? length - 1 : length * (i + 1) / 3);
            compare(comparison, "copied", single.answer(), run.copied(reused, limit));
            compare(comparison, "stayed", single.answer(), run.stayed(reused, limit));
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
