package io.lavastream.engine.model;

import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.tensorflow.TensorFlow;
import org.tensorflow.internal.c_api.TF_DeviceList;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ConfigProto;

/**
 * Asks TensorFlow whether it has a GPU: by the C interface, as its Java classes do not tell a session's devices. TensorFlow sets a GPU
 * up once for a process, with the settings of its first session; so the session here has those that the model's will have.
 */
final class GpuProbe {
    private static final String GPU = "GPU";

    private GpuProbe() {}

    /**
     * @param gpu with the bytes that TensorFlow will take of its memory; empty if TensorFlow has none
     * @param problem in words, if it has none
     */
    record Result(Optional<ComputeDevice.Gpu> gpu, String problem) {}

    @SuppressWarnings("try") // The scope frees what is made in it, and is not spoken of.
    static Result probe(ComputeDevice.Gpu wanted) {
        TensorFlow.version(); // The C interface does not load the library itself.
        ConfigProto config = ComputeDevice.of(wanted).sessionConfig(1);
        try (PointerScope scope = new PointerScope();
                BytePointer bytes = new BytePointer(config.toByteArray())) {
            TF_Status status = TF_Status.newStatus();
            TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
            tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
            status.throwExceptionIfNotOK();
            TF_Session session = TF_Session.newSession(TF_Graph.newGraph(), options, status);
            status.throwExceptionIfNotOK();
            return listed(session, status, wanted);
        } catch (RuntimeException e) {
            // Thrown for each of its status codes, as for an index that there is not.
            return new Result(Optional.empty(), "TensorFlow: " + e.getMessage());
        }
    }

    private static Result listed(TF_Session session, TF_Status status, ComputeDevice.Gpu wanted) {
        TF_DeviceList devices = tensorflow.TF_SessionListDevices(session, status);
        status.throwExceptionIfNotOK();
        try {
            for (int i = 0; i < tensorflow.TF_DeviceListCount(devices); i++) {
                BytePointer type = tensorflow.TF_DeviceListType(devices, i, status);
                status.throwExceptionIfNotOK();
                if (type.getString().equals(GPU)) {
                    long memory = tensorflow.TF_DeviceListMemoryBytes(devices, i, status);
                    return new Result(
                            Optional.of(
                                    new ComputeDevice.Gpu(wanted.index(), wanted.share(), memory)),
                            "");
                }
            }
            return new Result(
                    Optional.empty(),
                    "TensorFlow finds no GPU that it can use; TF_CPP_MIN_LOG_LEVEL=0 lets it say why");
        } finally {
            tensorflow.TF_DeleteDeviceList(devices);
        }
    }
}
