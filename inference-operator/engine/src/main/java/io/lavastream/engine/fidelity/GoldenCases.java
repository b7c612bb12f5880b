package io.lavastream.engine.fidelity;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Cases of {@code goldens/MODEL}: each alone, and all of them in company. */
final class GoldenCases {
    private final ReferenceDirectory reference;
    private final FidelitySettings settings;
    private final FidelityReport report;

    GoldenCases(ReferenceDirectory reference, FidelitySettings settings, FidelityReport report) {
        this.reference = reference;
        this.settings = settings;
        this.report = report;
    }

    void run(String name) {
        List<GoldenCase> cases = read(name);
        BatchCases batches = new BatchCases(report);
        try (GoldenModel model = new GoldenModel(reference, name, settings, cases)) {
            for (GoldenCase golden : cases) {
                try {
                    run(model, golden, batches);
                } catch (RuntimeException e) {
                    report.add(CaseResult.miss(CaseKind.GOLDEN, golden.name(), e));
                }
            }
            if (settings.kinds().contains(CaseKind.BATCH)) {
                batches.run();
            }
        }
    }

    private void run(GoldenModel model, GoldenCase golden, BatchCases batches) {
        GoldenInput input = model.input(golden);
        GoldenRun run = new GoldenRun(input);
        Answered alone = run.run();
        batches.add(input, alone);
        if (settings.kinds().contains(CaseKind.GOLDEN)) {
            report.add(run.comparison().result(CaseKind.GOLDEN, golden.name()));
            notServed(golden, run);
        }
    }

    private void notServed(GoldenCase golden, GoldenRun run) {
        if (golden.has("beam_search")) {
            report.add(
                    CaseResult.notServed(
                            CaseKind.GOLDEN, golden.name() + " beam_search", "beam search"));
        }
        run.promptNotServed()
                .map(
                        reason ->
                                CaseResult.notServed(
                                        CaseKind.GOLDEN, golden.name() + " prompt", reason))
                .ifPresent(report::add);
    }

    /** The cases that can be read; the others are misses. */
    private List<GoldenCase> read(String model) {
        List<GoldenCase> cases = new ArrayList<>();
        for (Path directory : reference.cases(model)) {
            String name = model + "/" + directory.getFileName();
            try {
                GoldenCase golden = GoldenCase.read(reference.root(), directory);
                List<GoldenCase> rows = golden.isSingleRun() ? List.of(golden) : golden.rows();
                if (rows.isEmpty()) {
                    throw new IllegalArgumentException(
                            "input_ids, rows: missing (expected: one of them)");
                }
                rows.forEach(GoldenCase::requireComplete);
                cases.addAll(rows);
            } catch (RuntimeException e) {
                report.add(CaseResult.miss(CaseKind.GOLDEN, name, e));
            }
        }
        return cases;
    }
}
