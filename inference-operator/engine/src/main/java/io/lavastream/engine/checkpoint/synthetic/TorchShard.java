package io.lavastream.engine.checkpoint.synthetic;

import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes one file as {@code torch.save} does: a zip archive of stored entries, a pickle that describes the tensors and one entry for
 * the bytes of each. ZIP64 where offsets need it.
 *
 * <p>Source: {@code pytorch/pytorch: caffe2/serialize/inline_container.cc}.
 */
final class TorchShard {
    private static final int PIECE_BYTES = 1 << 20;

    /** Where the bytes of a storage begin: at a multiple of this. */
    private static final int ALIGNMENT = 64;

    /** What comes before an entry's name. */
    private static final int LOCAL_HEADER_BYTES = 30;

    /** Always the same; the format's first moment would be written a second time, in an extra field. */
    private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 2, 0, 0);

    private final CountedOutput out;
    private final ZipOutputStream zip;
    private final byte[] piece = new byte[PIECE_BYTES];

    private TorchShard(CountedOutput out, ZipOutputStream zip) {
        this.out = out;
        this.zip = zip;
    }

    /** Writes a new {@code file}; {@code written} is told of each piece's bytes. */
    static void write(Path file, List<SyntheticTensor> tensors, long seed, LongConsumer written)
            throws IOException {
        try (OutputStream opened =
                        Files.newOutputStream(
                                file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                CountedOutput out = new CountedOutput(new BufferedOutputStream(opened));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            new TorchShard(out, zip).write(tensors, seed, written);
        }
    }

    private void write(List<SyntheticTensor> tensors, long seed, LongConsumer written)
            throws IOException {
        write("archive/data.pkl", StateDictPickle.of(tensors));
        for (int i = 0; i < tensors.size(); i++) {
            write("archive/data/" + i, tensors.get(i), seed, written);
        }
        write("archive/version", "3\n".getBytes(StandardCharsets.US_ASCII));
    }

    private void write(String name, byte[] content) throws IOException {
        CRC32 checksum = new CRC32();
        checksum.update(content);
        begin(name, content.length, checksum);
        zip.write(content);
        zip.closeEntry();
    }

    private void write(String name, SyntheticTensor tensor, long seed, LongConsumer written)
            throws IOException {
        begin(name, tensor.bytes(), checksum(tensor, seed));
        TensorValues values = tensor.values(seed);
        for (long left = tensor.bytes(); left > 0; ) {
            int count = next(values, left);
            left -= count;
            written.accept(count);
            zip.write(piece, 0, count);
        }
        zip.closeEntry();
    }

    /** It stands before the bytes, so they are made twice: that costs less than to read them again. */
    private CRC32 checksum(SyntheticTensor tensor, long seed) {
        CRC32 checksum = new CRC32();
        TensorValues values = tensor.values(seed);
        for (long left = tensor.bytes(); left > 0; ) {
            int count = next(values, left);
            left -= count;
            checksum.update(piece, 0, count);
        }
        return checksum;
    }

    /** Fills {@link #piece}, or as much of it as is left; returns how much. */
    private int next(TensorValues values, long left) {
        int count = (int) Math.min(PIECE_BYTES, left);
        values.fill(ByteBuffer.wrap(piece, 0, count).order(ByteOrder.LITTLE_ENDIAN));
        return count;
    }

    private void begin(String name, long bytes, CRC32 checksum) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes);
        entry.setCrc(checksum.getValue());
        entry.setTimeLocal(NO_TIME);
        entry.setExtra(padding(out.count() + LOCAL_HEADER_BYTES + name.length()));
        zip.putNextEntry(entry);
    }

    /** An extra field after {@code position} up to the next aligned byte; it is called FB, as torch does. */
    private static byte[] padding(long position) {
        int header = 2 * Short.BYTES;
        int zeros = (int) Math.floorMod(-(position + header), (long) ALIGNMENT);
        return ByteBuffer.allocate(header + zeros)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 'F')
                .put((byte) 'B')
                .putShort((short) zeros)
                .array();
    }

    /** Counts what goes through. */
    private static final class CountedOutput extends FilterOutputStream {
        private long count;

        CountedOutput(OutputStream out) {
            super(out);
        }

        long count() {
            return count;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            count++;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            count += length;
        }
    }
}
