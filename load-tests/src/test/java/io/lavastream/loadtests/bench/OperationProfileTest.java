package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;

class OperationProfileTest {
    @Test
    void operationsOfOneTypeAreOneRowAndTheLongestIsFirst() {
        RunMetadata run =
                run(
                        node("Mul_1 = Mul(a, b)", 5, 1_005),
                        node("layer/MatMul = _MklMatMul(x, w)", 0, 3_000_000),
                        node("Mul_2 = Mul(c)", 0, 2_000));

        assertThat(OperationProfile.of(List.of(run, run)))
                .containsExactly(
                        new OperationProfile.Row("_MklMatMul", 2, 6),
                        new OperationProfile.Row("Mul", 4, 0.006));
    }

    @Test
    void anOperationWithoutALabelIsCounted() {
        assertThat(OperationProfile.type("")).isEqualTo("?");
    }

    @Test
    void theTableComparesWithTheWholeTime() {
        String table =
                OperationProfile.table(
                        "decode@1", List.of(new OperationProfile.Row("MatMul", 65, 30)), 40);

        assertThat(table)
                .contains("decode@1: 40.00 ms traced, 30.00 ms of it in 65 operations")
                .contains("75.0 %");
    }

    private static RunMetadata run(NodeExecStats... nodes) {
        return RunMetadata.newBuilder()
                .setStepStats(
                        StepStats.newBuilder()
                                .addDevStats(
                                        DeviceStepStats.newBuilder()
                                                .addAllNodeStats(List.of(nodes))))
                .build();
    }

    private static NodeExecStats node(String label, long begin, long end) {
        return NodeExecStats.newBuilder()
                .setTimelineLabel(label)
                .setOpStartRelNanos(begin)
                .setOpEndRelNanos(end)
                .build();
    }
}
