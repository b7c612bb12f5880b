package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Opens files of {@code torch.save}: a zip archive with a pickle, {@code data.pkl}, that describes
 * the tensors, and one stored entry for the bytes of each storage. The pickle is read by {@link
 * TorchPickle}, which knows tensors only; nothing in it is executed.
 */
final class TorchFile {
    private static final String DATA = "data/";
    private static final String PICKLE = "/data.pkl";
    private static final int MAGIC_BYTES = 4;
    private static final int ZIP_MAGIC = 0x04034b50;
    private static final int PICKLE_MAGIC = 0x80;
    private static final int MAX_BYTE_ORDER_BYTES = 16;

    private TorchFile() {}

    /**
     * Opens {@code path} and checks archive, pickle and storages against each other.
     *
     * @throws CheckpointException naming the file, the entry or tensor, the value
     *     found and the value expected
     */
    static WeightFile open(Path path) {
        return WeightFile.open(path, "torch", TorchFile::read);
    }

    private static WeightFile.Found read(PositionedFile file) {
        requireZip(file);
        Map<String, ZipDirectory.Entry> entries = ZipDirectory.read(file);
        ZipDirectory.Entry pickleEntry = pickleEntry(file, entries);
        String root = pickleEntry.name().substring(0, pickleEntry.name().indexOf(PICKLE) + 1);
        requireLittleEndian(file, entries.get(root + "byteorder"));
        byte[] pickle = bytes(file, pickleEntry, PickleMachine.MAX_BYTES);
        Map<String, TensorInfo> tensors = new LinkedHashMap<>();
        Set<String> unread = new TreeSet<>(entries.keySet());
        unread.removeIf(name -> !name.startsWith(root + DATA));
        TorchPickle.read(file.path(), pickle)
                .forEach(
                        (name, tensor) -> {
                            tensors.put(name, located(file.path(), name, tensor, root, entries));
                            unread.remove(root + DATA + tensor.storage().key());
                        });
        if (!unread.isEmpty()) {
            throw new CheckpointException(
                    "%s: entry %s: bytes of no tensor (expected: none such)"
                            .formatted(file.path(), unread.iterator().next()));
        }
        return new WeightFile.Found(pickle, tensors);
    }

    private static void requireZip(PositionedFile file) {
        ByteBuffer start = file.bytes(0, (int) Math.min(MAGIC_BYTES, file.size()));
        if (start.remaining() == MAGIC_BYTES && start.getInt(0) == ZIP_MAGIC) {
            return;
        }
        boolean pickle = start.hasRemaining() && Byte.toUnsignedInt(start.get(0)) == PICKLE_MAGIC;
        throw new CheckpointException(
                "%s: %s (expected: the zip archive that torch 1.6 and later save)"
                        .formatted(
                                file.path(),
                                pickle
                                        ? "a bare pickle, as torch before 1.6 saved"
                                        : "no zip archive"));
    }

    private static ZipDirectory.Entry pickleEntry(
            PositionedFile file, Map<String, ZipDirectory.Entry> entries) {
        List<ZipDirectory.Entry> pickles =
                entries.values().stream()
                        .filter(entry -> entry.name().matches("[^/]+" + PICKLE))
                        .toList();
        if (pickles.size() != 1) {
            throw new CheckpointException(
                    "%s: %d entries NAME%s (expected: one)"
                            .formatted(file.path(), pickles.size(), PICKLE));
        }
        return pickles.get(0);
    }

    private static void requireLittleEndian(PositionedFile file, ZipDirectory.Entry entry) {
        if (entry == null) {
            return; // Archives before torch 2.1 do not say.
        }
        byte[] order = bytes(file, entry, MAX_BYTE_ORDER_BYTES);
        if (!new String(order, StandardCharsets.US_ASCII).equals("little")) {
            throw new CheckpointException(
                    "%s: entry %s: another byte order (expected: little)"
                            .formatted(file.path(), entry.name()));
        }
    }

    private static byte[] bytes(PositionedFile file, ZipDirectory.Entry entry, int max) {
        if (entry.bytes() > max) {
            throw new CheckpointException(
                    "%s: entry %s: %d bytes (expected: at most %d)"
                            .formatted(file.path(), entry.name(), entry.bytes(), max));
        }
        return file.bytes(entry.position(), (int) entry.bytes()).array();
    }

    private static TensorInfo located(
            Path path,
            String name,
            TorchTensor tensor,
            String root,
            Map<String, ZipDirectory.Entry> entries) {
        TorchStorage storage = tensor.storage();
        ZipDirectory.Entry entry = entries.get(root + DATA + storage.key());
        long bytes = storage.elements() * storage.type().bytes();
        if (entry == null || entry.bytes() != bytes) {
            throw new CheckpointException(
                    "%s: tensor %s: storage %s: %s (expected: %d bytes for %d of %s)"
                            .formatted(
                                    path,
                                    name,
                                    storage.key(),
                                    entry == null ? "missing" : entry.bytes() + " bytes",
                                    bytes,
                                    storage.elements(),
                                    storage.type()));
        }
        int size = storage.type().bytes();
        return new TensorInfo(
                name,
                storage.type(),
                tensor.shape(),
                entry.position() + tensor.offset() * size,
                tensor.elements() * size);
    }
}
