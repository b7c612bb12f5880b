package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.LongConsumer;

/** Writes one safetensors file, front to back in pieces. */
final class SafetensorsShard {
    private static final int PIECE_BYTES = 1 << 20;

    /** The header is filled up with blanks to a multiple of this, so that tensors are aligned. */
    private static final int ALIGNMENT = 64;

    private SafetensorsShard() {}

    /** Writes a new {@code file}; {@code written} is told of each piece's bytes. */
    static void write(Path file, List<SyntheticTensor> tensors, long seed, LongConsumer written)
            throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, header(tensors, seed));
            ByteBuffer piece =
                    ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (SyntheticTensor tensor : tensors) {
                TensorValues values = tensor.values(seed);
                for (long left = tensor.bytes(); left > 0; ) {
                    piece.clear().limit((int) Math.min(PIECE_BYTES, left));
                    left -= piece.limit();
                    values.fill(piece);
                    written.accept(piece.limit());
                    writeFully(channel, piece.flip());
                }
            }
        }
    }

    private static ByteBuffer header(List<SyntheticTensor> tensors, long seed) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.putObject("__metadata__").put("format", "pt").put("weights", "random, seed " + seed);
        long begin = 0;
        for (SyntheticTensor tensor : tensors) {
            long end = begin + tensor.bytes();
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", tensor.type().name());
            tensor.stored().shape().forEach(entry.withArray("shape")::add);
            entry.withArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int blanks = (ALIGNMENT - (Long.BYTES + json.length) % ALIGNMENT) % ALIGNMENT;
        return ByteBuffer.allocate(Long.BYTES + json.length + blanks)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length + (long) blanks)
                .put(json)
                .put(" ".repeat(blanks).getBytes(StandardCharsets.UTF_8))
                .flip();
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
