package io.lavastream.engine.checkpoint;

import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes files as {@code torch.save} does. */
public final class TorchWriter {
    private TorchWriter() {}

    /** A file of float32 {@code tensors}, one storage each, in their order. */
    public static void write(Path file, Map<String, Tensor> tensors) {
        PickleWriter pickle = new PickleWriter().dictionary();
        Map<String, byte[]> storages = new LinkedHashMap<>();
        tensors.forEach(
                (name, tensor) -> {
                    TorchStorage storage =
                            new TorchStorage(
                                    String.valueOf(storages.size()),
                                    TensorType.F32,
                                    tensor.values().length);
                    List<Long> shape = tensor.shape();
                    pickle.text(name).tensor(storage, 0, shape, PickleWriter.contiguous(shape));
                    storages.put(storage.key(), floats(tensor.values()));
                });
        StoredZip.write(file, entries(pickle.endItems().stop(), storages));
    }

    /** The entries of a torch archive: {@code pickle}, and {@code storages} by their keys. */
    static Map<String, byte[]> entries(byte[] pickle, Map<String, byte[]> storages) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("archive/data.pkl", pickle);
        storages.forEach((key, bytes) -> entries.put("archive/data/" + key, bytes));
        entries.put("archive/version", new byte[] {'3', '\n'});
        return entries;
    }

    static byte[] floats(float... values) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
