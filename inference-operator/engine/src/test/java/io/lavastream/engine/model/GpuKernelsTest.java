package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.InvalidProtocolBufferException;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_Buffer;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.KernelDef;
import org.tensorflow.proto.KernelList;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.OpDef;

/**
 * TensorFlow runs an operation on a GPU if its library has a kernel for it there; which ones it has can be asked without a GPU. Runs
 * with the profile gpu; without, the library has none.
 */
class GpuKernelsTest {
    private static final Set<DataType> FLOATS =
            Set.of(DataType.DT_FLOAT, DataType.DT_HALF, DataType.DT_BFLOAT16);

    /** Kernels that a GPU has, and those that any device has. */
    private static final Set<String> ON_GPU = Set.of("GPU", "DEFAULT");

    /** A handle is on the host, what it stands for is not. */
    private static final String HANDLE = "resource";

    @TempDir Path directory;

    @ParameterizedTest
    @EnumSource(names = {"F32", "FP16", "BF16"})
    void everyOperationOnFloatsHasAKernelForGpus(WeightType weights)
            throws InvalidProtocolBufferException {
        Map<String, List<KernelDef>> kernels = kernels();
        boolean any = kernels.get("MatMul").stream().anyMatch(k -> k.getDeviceType().equals("GPU"));
        if (!any) {
            System.out.println(
                    "not run: TensorFlow here has no kernels for GPUs; build with -Pgpu");
        }
        assumeTrue(any, "TensorFlow for GPUs");
        Map<String, OpDef> operations =
                TensorFlow.registeredOpList().getOpList().stream()
                        .collect(Collectors.toMap(OpDef::getName, op -> op));

        List<String> lacking = new ArrayList<>();
        int checked = 0;
        for (NodeDef node : graph(weights)) {
            if (node.getAttrMap().values().stream().noneMatch(a -> FLOATS.contains(a.getType()))) {
                continue;
            }
            checked++;
            boolean has =
                    kernels.getOrDefault(node.getOp(), List.of()).stream()
                            .anyMatch(kernel -> runs(kernel, node, operations.get(node.getOp())));
            if (!has) {
                lacking.add(node.getOp() + " " + node.getName());
            }
        }
        System.out.printf(
                "%d operations on floats, weights %s: all have kernels for GPUs%n",
                checked, weights.label());
        assertThat(checked).isGreaterThan(300);
        assertThat(lacking).isEmpty();
    }

    private List<NodeDef> graph(WeightType weights) {
        new TinyCheckpoint(1).write(directory);
        ModelSettings settings =
                new ModelSettings(4, 90, 40, 8, 1)
                        .withWeights(weights)
                        .withDevice(new ComputeDevice(GraphForms.GPU, Optional.empty()));
        try (Checkpoint checkpoint = Checkpoint.open(directory);
                LlavaModel model =
                        LlavaModel.open(checkpoint, settings, new BitSet(), LoadProgress.NONE)) {
            return model.graphDef().getNodeList();
        }
    }

    private static boolean runs(KernelDef kernel, NodeDef node, OpDef operation) {
        boolean fits =
                kernel.getConstraintList().stream()
                        .allMatch(
                                constraint ->
                                        constraint
                                                .getAllowedValues()
                                                .getList()
                                                .getTypeList()
                                                .contains(
                                                        node.getAttrOrDefault(
                                                                        constraint.getName(),
                                                                        AttrValue
                                                                                .getDefaultInstance())
                                                                .getType()));
        List<String> outputs =
                operation.getOutputArgList().stream()
                        .map(OpDef.ArgDef::getName)
                        .filter(name -> !name.equals(HANDLE))
                        .toList();
        return ON_GPU.contains(kernel.getDeviceType())
                && fits
                && Collections.disjoint(kernel.getHostMemoryArgList(), outputs);
    }

    private static Map<String, List<KernelDef>> kernels() throws InvalidProtocolBufferException {
        TensorFlow.version(); // Loads the library.
        TF_Status status = TF_Status.newStatus();
        TF_Buffer buffer = tensorflow.TF_GetAllRegisteredKernels(status);
        status.throwExceptionIfNotOK();
        try {
            return KernelList.parseFrom(buffer.data().capacity(buffer.length()).asByteBuffer())
                    .getKernelList()
                    .stream()
                    .collect(Collectors.groupingBy(KernelDef::getOp));
        } finally {
            tensorflow.TF_DeleteBuffer(buffer);
        }
    }
}
