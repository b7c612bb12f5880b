package io.lavastream.engine.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes zip archives of stored entries, as torch does; also larger than 4 GiB, as sparse files. */
final class StoredZip {
    private record Written(String name, long header, long bytes) {}

    private final FileChannel channel;
    private final List<Written> written = new ArrayList<>();
    private final boolean zip64;

    private StoredZip(FileChannel channel, boolean zip64) {
        this.channel = channel;
        this.zip64 = zip64;
    }

    /** An archive of {@code entries}, in their order. */
    static void write(Path file, Map<String, byte[]> entries) {
        write(file, entries, 0);
    }

    /**
     * As {@link #write(Path, Map)}, after an entry {@code hole} of {@code hole} bytes that takes no
     * room on a disk; with ZIP64 records if it is not empty.
     */
    static void write(Path file, Map<String, byte[]> entries, long hole) {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            StoredZip zip = new StoredZip(channel, hole > 0);
            if (hole > 0) {
                zip.local("hole", hole);
                channel.position(channel.position() + hole);
            }
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.local(entry.getKey(), entry.getValue().length);
                zip.put(ByteBuffer.wrap(entry.getValue()));
            }
            zip.end();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void local(String name, long bytes) throws IOException {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        written.add(new Written(name, channel.position(), bytes));
        int shown = (int) (zip64 ? 0xffffffffL : bytes);
        put(
                allocate(30 + utf8.length)
                        .putInt(0x04034b50)
                        .putShort((short) 45)
                        .putShort((short) 0x800)
                        .putShort((short) 0)
                        .putLong(0)
                        .putInt(shown)
                        .putInt(shown)
                        .putShort((short) utf8.length)
                        .putShort((short) 0)
                        .put(utf8)
                        .flip());
    }

    private void end() throws IOException {
        long start = channel.position();
        for (Written entry : written) {
            put(central(entry));
        }
        long bytes = channel.position() - start;
        if (zip64) {
            long record = channel.position();
            put(
                    allocate(76)
                            .putInt(0x06064b50)
                            .putLong(44)
                            .putInt(0)
                            .putLong(0)
                            .putLong(written.size())
                            .putLong(written.size())
                            .putLong(bytes)
                            .putLong(start)
                            .putInt(0x07064b50)
                            .putInt(0)
                            .putLong(record)
                            .putInt(1)
                            .rewind());
        }
        put(
                allocate(22)
                        .putInt(0x06054b50)
                        .putInt(0)
                        .putShort((short) written.size())
                        .putShort((short) written.size())
                        .putInt((int) (zip64 ? 0xffffffffL : bytes))
                        .putInt((int) (zip64 ? 0xffffffffL : start))
                        .putShort((short) 0)
                        .flip());
    }

    private ByteBuffer central(Written entry) {
        byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
        int extra = zip64 ? 28 : 0;
        ByteBuffer record =
                allocate(46 + name.length + extra)
                        .putInt(0x02014b50)
                        .putShort((short) 45)
                        .putShort((short) 45)
                        .putShort((short) 0x800)
                        .putShort((short) 0)
                        .putLong(0)
                        .putInt((int) (zip64 ? 0xffffffffL : entry.bytes()))
                        .putInt((int) (zip64 ? 0xffffffffL : entry.bytes()))
                        .putShort((short) name.length)
                        .putShort((short) extra)
                        .putShort((short) 0)
                        .putLong(0)
                        .putInt((int) (zip64 ? 0xffffffffL : entry.header()))
                        .put(name);
        if (zip64) {
            record.putShort((short) 1)
                    .putShort((short) 24)
                    .putLong(entry.bytes())
                    .putLong(entry.bytes())
                    .putLong(entry.header());
        }
        return record.flip();
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void put(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
