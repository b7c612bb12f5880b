package io.lavastream.loadtests.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.NodeOutput;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.StepStats;
import org.tensorflow.proto.TensorDescription;

class PlacementTest {
    private static final String CPU = "/job:localhost/replica:0/task:0/device:CPU:0";
    private static final String GPU = "/job:localhost/replica:0/task:0/device:GPU:0";

    @Test
    void findsOperationsThatMakeFloatsOnTheHost() {
        RunMetadata run =
                run(
                        device(CPU, node("layer/norm", "Rsqrt", DataType.DT_BFLOAT16)),
                        device(GPU, node("layer/product", "MatMul", DataType.DT_BFLOAT16)));

        assertThat(Placement.floatsOnHost(List.of(run))).containsExactly("layer/norm = Rsqrt");
    }

    @Test
    void integersAndTransportMayBeOnTheHost() {
        RunMetadata run =
                run(
                        device(
                                CPU,
                                node("pieces", "Mul", DataType.DT_INT32),
                                node("features", "_Arg", DataType.DT_FLOAT),
                                node("edge", "_Recv", DataType.DT_FLOAT)));

        assertThat(Placement.floatsOnHost(List.of(run))).isEmpty();
    }

    private static RunMetadata run(DeviceStepStats... devices) {
        return RunMetadata.newBuilder()
                .setStepStats(StepStats.newBuilder().addAllDevStats(List.of(devices)))
                .build();
    }

    private static DeviceStepStats device(String name, NodeExecStats... nodes) {
        return DeviceStepStats.newBuilder().setDevice(name).addAllNodeStats(List.of(nodes)).build();
    }

    private static NodeExecStats node(String name, String type, DataType result) {
        return NodeExecStats.newBuilder()
                .setNodeName(name)
                .setTimelineLabel("%s = %s(a, b)".formatted(name, type))
                .addOutput(
                        NodeOutput.newBuilder()
                                .setTensorDescription(
                                        TensorDescription.newBuilder().setDtype(result)))
                .build();
    }
}
