package io.lavastream.engine.fidelity;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.model.ComputeDevice;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a run covers. Immutable.
 *
 * @param kinds of cases; at least one
 * @param weights how the models' matrices are kept in memory
 * @param threads of one operation
 * @param prompts random ones through each model; at least one
 * @param device that computes
 */
public record FidelitySettings(
        Set<CaseKind> kinds, WeightType weights, int threads, int prompts, ComputeDevice device) {
    public static final int DEFAULT_PROMPTS = 1000;

    public FidelitySettings {
        requireNonNull(weights, "weights");
        requireNonNull(device, "device");
        kinds = Set.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kind: none (expected: at least one)");
        }
        if (prompts < 1) {
            throw new IllegalArgumentException("prompts: %d (expected: >= 1)".formatted(prompts));
        }
    }

    /** Every case, in float32, on every core of the CPU. */
    public static FidelitySettings everything() {
        return new FidelitySettings(
                EnumSet.allOf(CaseKind.class),
                WeightType.F32,
                Runtime.getRuntime().availableProcessors(),
                DEFAULT_PROMPTS,
                ComputeDevice.CPU);
    }

    public FidelitySettings withKinds(Set<CaseKind> some) {
        return new FidelitySettings(some, weights, threads, prompts, device);
    }

    public FidelitySettings withWeights(WeightType type) {
        return new FidelitySettings(kinds, type, threads, prompts, device);
    }

    public FidelitySettings withPrompts(int count) {
        return new FidelitySettings(kinds, weights, threads, count, device);
    }

    public FidelitySettings withDevice(ComputeDevice computing) {
        return new FidelitySettings(kinds, weights, threads, prompts, computing);
    }
}
