package io.lavastream.engine.checkpoint.synthetic;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.engine.checkpoint.TensorShape;
import io.lavastream.engine.checkpoint.TensorType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One safetensors file of random weights, written front to back in pieces.
 *
 * @param tensors in the file's order
 */
record SafetensorsShard(List<TensorShape> tensors) {
    private static final int PIECE_BYTES = 1 << 20;

    /** The header is filled up with blanks to a multiple of this, so that tensors are aligned. */
    private static final int ALIGNMENT = 64;

    SafetensorsShard {
        tensors = List.copyOf(tensors);
    }

    /** {@code tensors} in their order, as few shards as hold at most {@code maxBytes} each. */
    static List<SafetensorsShard> cut(List<TensorShape> tensors, TensorType type, long maxBytes) {
        List<SafetensorsShard> shards = new ArrayList<>();
        List<TensorShape> open = new ArrayList<>();
        long bytes = 0;
        for (TensorShape tensor : tensors) {
            long size = tensor.elements() * type.bytes();
            if (bytes + size > maxBytes && !open.isEmpty()) {
                shards.add(new SafetensorsShard(open));
                open.clear();
                bytes = 0;
            }
            open.add(tensor);
            bytes += size;
        }
        shards.add(new SafetensorsShard(open));
        return shards;
    }

    /** Writes a new {@code file}; {@code written} is told of each piece's bytes. */
    void write(Path file, TensorType type, long seed, LongConsumer written) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, header(type, seed));
            ByteBuffer piece =
                    ByteBuffer.allocateDirect(PIECE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (TensorShape tensor : tensors) {
                RandomTensor values = new RandomTensor(tensor, type, seed);
                for (long left = tensor.elements() * type.bytes(); left > 0; ) {
                    piece.clear().limit((int) Math.min(PIECE_BYTES, left));
                    left -= piece.limit();
                    values.fill(piece);
                    written.accept(piece.limit());
                    writeFully(channel, piece.flip());
                }
            }
        }
    }

    private ByteBuffer header(TensorType type, long seed) {
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        header.putObject("__metadata__").put("format", "pt").put("weights", "random, seed " + seed);
        long begin = 0;
        for (TensorShape tensor : tensors) {
            long end = begin + tensor.elements() * type.bytes();
            ObjectNode entry = header.putObject(tensor.name()).put("dtype", type.name());
            tensor.shape().forEach(entry.withArray("shape")::add);
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
