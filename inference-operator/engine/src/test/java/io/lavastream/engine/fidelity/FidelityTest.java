package io.lavastream.engine.fidelity;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.fidelity.CaseResult.Status;
import io.lavastream.engine.reference.Reference;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every case of the reference beside the project. */
class FidelityTest {
    /** Through each model; the command takes more. */
    private static final int PROMPTS = 50;

    @Test
    void everyCaseOfTheReferenceHolds() {
        List<String> misses = new ArrayList<>();

        FidelityReport report =
                Fidelity.run(
                        Reference.require(),
                        FidelitySettings.everything().withPrompts(PROMPTS),
                        result -> {
                            if (result.status() == Status.MISS) {
                                misses.add(result.toString());
                            }
                        });

        report.totals().forEach(System.out::println);
        assertThat(misses).isEmpty();
        for (CaseKind kind : CaseKind.values()) {
            assertThat(report.count(kind, Status.OK)).as(kind.name()).isPositive();
        }
    }

    /** Matrices kept in the 16 bits that checkpoints have give the same numbers. */
    @Test
    void everyGoldenHoldsInSixteenBits() {
        List<String> misses = new ArrayList<>();

        Fidelity.run(
                Reference.require(),
                FidelitySettings.everything()
                        .withKinds(Set.of(CaseKind.GOLDEN))
                        .withWeights(WeightType.FP16),
                result -> {
                    if (result.status() == Status.MISS) {
                        misses.add(result.toString());
                    }
                });

        assertThat(misses).isEmpty();
    }
}
