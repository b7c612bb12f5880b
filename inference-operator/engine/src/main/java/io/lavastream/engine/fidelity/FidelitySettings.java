package io.lavastream.engine.fidelity;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.WeightType;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a run covers. Immutable.
 *
 * @param kinds of cases; at least one
 * @param weights how the models' matrices are kept in memory
 * @param threads of one operation
 * @param prompts random ones through each model; at least one
 */
public record FidelitySettings(Set<CaseKind> kinds, WeightType weights, int threads, int prompts) {
    public static final int DEFAULT_PROMPTS = 1000;

    public FidelitySettings {
        requireNonNull(weights, "weights");
        kinds = Set.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kind: none (expected: at least one)");
        }
        if (prompts < 1) {
            throw new IllegalArgumentException("prompts: %d (expected: >= 1)".formatted(prompts));
        }
    }

    /** Every case, in float32, on every core. */
    public static FidelitySettings everything() {
        return new FidelitySettings(
                EnumSet.allOf(CaseKind.class),
                WeightType.F32,
                Runtime.getRuntime().availableProcessors(),
                DEFAULT_PROMPTS);
    }

    public FidelitySettings withKinds(Set<CaseKind> some) {
        return new FidelitySettings(some, weights, threads, prompts);
    }

    public FidelitySettings withWeights(WeightType type) {
        return new FidelitySettings(kinds, type, threads, prompts);
    }

    public FidelitySettings withPrompts(int count) {
        return new FidelitySettings(kinds, weights, threads, count);
    }
}
