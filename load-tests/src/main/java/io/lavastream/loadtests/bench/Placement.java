package io.lavastream.loadtests.bench;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;

/** On which device TensorFlow ran what, from its own trace. */
final class Placement {
    private static final String HOST = "device:CPU";

    private static final Set<DataType> FLOATS =
            EnumSet.of(DataType.DT_FLOAT, DataType.DT_HALF, DataType.DT_BFLOAT16);

    /** What brings a run's inputs and outputs from and to the host, and values between devices, computes nothing. */
    private static final Set<String> TRANSPORT =
            Set.of("_Arg", "_Retval", "_Send", "_Recv", "_HostSend", "_HostRecv", "Const");

    private Placement() {}

    /** Operations on the host whose result is floats, as {@code name = Type}, in the order of the runs. */
    static List<String> floatsOnHost(List<RunMetadata> runs) {
        List<String> found = new ArrayList<>();
        for (RunMetadata run : runs) {
            for (DeviceStepStats device : run.getStepStats().getDevStatsList()) {
                if (device.getDevice().contains(HOST)) {
                    device.getNodeStatsList().stream()
                            .filter(Placement::makesFloats)
                            .map(Placement::describe)
                            .forEach(found::add);
                }
            }
        }
        return found;
    }

    private static boolean makesFloats(NodeExecStats node) {
        String type = OperationProfile.type(node.getTimelineLabel());
        return !TRANSPORT.contains(type)
                && node.getOutputList().stream()
                        .anyMatch(
                                output ->
                                        FLOATS.contains(output.getTensorDescription().getDtype()));
    }

    private static String describe(NodeExecStats node) {
        return "%s = %s"
                .formatted(node.getNodeName(), OperationProfile.type(node.getTimelineLabel()));
    }
}
