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
 * @param device that computes
 */
public record FidelitySettings(
        Set<CaseKind> kinds, WeightType weights, int threads, ComputeDevice device) {
    public FidelitySettings {
        requireNonNull(weights, "weights");
        requireNonNull(device, "device");
        kinds = Set.copyOf(kinds);
        if (kinds.isEmpty()) {
            throw new IllegalArgumentException("kind: none (expected: at least one)");
        }
    }

    /** Every case, in float32, on every core of the CPU. */
    public static FidelitySettings everything() {
        return new FidelitySettings(
                EnumSet.allOf(CaseKind.class),
                WeightType.F32,
                Runtime.getRuntime().availableProcessors(),
                ComputeDevice.CPU);
    }

    public FidelitySettings withKinds(Set<CaseKind> some) {
        return new FidelitySettings(some, weights, threads, device);
    }

    public FidelitySettings withWeights(WeightType type) {
        return new FidelitySettings(kinds, type, threads, device);
    }

    public FidelitySettings withDevice(ComputeDevice computing) {
        return new FidelitySettings(kinds, weights, threads, computing);
    }
}
