package io.lavastream.engine.fidelity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;

/** Runs the cases of a reference directory. */
public final class Fidelity {
    private final ReferenceDirectory reference;
    private final FidelitySettings settings;
    private final FidelityReport report;

    private Fidelity(
            ReferenceDirectory reference, FidelitySettings settings, FidelityReport report) {
        this.reference = reference;
        this.settings = settings;
        this.report = report;
    }

    /**
     * Runs every case of {@code settings.kinds()} in {@code directory}. A case that cannot be read or
     * run is a miss.
     *
     * @param listener gets each result as it comes, on this thread
     * @throws IllegalArgumentException if the directory is not one of reference results, or has no
     *     case of these kinds
     */
    public static FidelityReport run(
            Path directory, FidelitySettings settings, Consumer<CaseResult> listener) {
        FidelityReport report = new FidelityReport(listener);
        new Fidelity(ReferenceDirectory.open(directory), settings, report).run();
        if (report.totals().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: no case of the kinds %s (expected: at least one)"
                            .formatted(directory, settings.kinds()));
        }
        return report;
    }

    private void run() {
        Set<CaseKind> kinds = settings.kinds();
        if (kinds.contains(CaseKind.DECODE) || kinds.contains(CaseKind.PREPROCESS)) {
            runFile(
                    CaseKind.PREPROCESS,
                    reference.manifest(),
                    new ImageCases(reference, kinds, report)::run);
        }
        if (kinds.contains(CaseKind.TILES)) {
            runFile(CaseKind.TILES, reference.tiles(), new TileCases(reference, report)::run);
        }
        if (kinds.contains(CaseKind.GEOMETRY)) {
            runFile(
                    CaseKind.GEOMETRY,
                    reference.geometry(),
                    new GeometryCases(reference, report)::run);
        }
        if (kinds.contains(CaseKind.TOKENIZER)) {
            runFile(
                    CaseKind.TOKENIZER,
                    reference.tokenizerCases(),
                    new TokenizerCases(reference, report)::run);
        }
        if (kinds.contains(CaseKind.GOLDEN) || kinds.contains(CaseKind.BATCH)) {
            for (String model : reference.models()) {
                new GoldenCases(reference, settings, report).run(model);
            }
        }
        if (kinds.contains(CaseKind.RANDOM)) {
            for (String model : reference.answeringModels()) {
                new RandomCases(reference, settings, report).run(model);
            }
        }
    }

    /** Cases that one file holds: where it cannot be read, it is itself the miss. */
    private void runFile(CaseKind kind, Path file, Runnable cases) {
        if (!Files.exists(file)) {
            return;
        }
        try {
            cases.run();
        } catch (RuntimeException e) {
            report.add(CaseResult.miss(kind, reference.root().relativize(file).toString(), e));
        }
    }
}
