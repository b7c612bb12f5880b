package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The entries of a zip archive whose entries are stored, not compressed, so that each can be read
 * by position. {@code torch.save} writes such archives; everything else in the format is refused.
 * ZIP64 is read, since a shard has gigabytes. Nothing is believed: central directory, local headers
 * and the file's size must agree, and entries must not overlap.
 *
 * <p>Source of the format: PKWARE's APPNOTE 6.3, sections 4.3 and 4.5.3.
 */
final class ZipDirectory {
    /**
     * Where an entry's bytes lie.
     *
     * @param name as in the archive
     * @param header position of the local header, from the file's start
     * @param position of the first byte
     * @param bytes size
     */
    record Entry(String name, long header, long position, long bytes) {
        long end() {
            return position + bytes;
        }
    }

    /** Central records to be read, and where. */
    private record Central(long position, long bytes, long entries) {}

    private static final int LOCAL = 0x04034b50;
    private static final int CENTRAL = 0x02014b50;
    private static final int END = 0x06054b50;
    private static final int END64 = 0x06064b50;
    private static final int END64_LOCATOR = 0x07064b50;

    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int MAX_COMMENT = 0xffff;

    private static final int ENCRYPTED = 1;
    private static final int SIZES_FOLLOW = 1 << 3;
    private static final int ZIP64_EXTRA = 1;

    /** A 13B model has 500 tensors in all; each is an entry. */
    private static final int MAX_ENTRIES = 100_000;

    private static final long MAX_CENTRAL_BYTES = 32 << 20;

    private final PositionedFile file;

    private ZipDirectory(PositionedFile file) {
        this.file = file;
    }

    /**
     * The entries of {@code file} by name, in the central directory's order.
     *
     * @throws CheckpointException naming the file, the entry, the value found and the value
     *     expected
     */
    static Map<String, Entry> read(PositionedFile file) {
        return new ZipDirectory(file).entries();
    }

    private Map<String, Entry> entries() {
        Central central = central();
        ByteBuffer records = file.bytes(central.position(), (int) central.bytes());
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (long i = 0; i < central.entries(); i++) {
            Entry entry = entry(records, central.position());
            if (entries.put(entry.name(), entry) != null) {
                throw refused(entry.name(), "twice", "once");
            }
        }
        if (records.hasRemaining()) {
            throw refused(
                    "central directory: %d bytes after %d entries"
                            .formatted(records.remaining(), central.entries()),
                    "none");
        }
        requireThatNoneOverlap(entries);
        return Collections.unmodifiableMap(entries);
    }

    /** Finds the central directory by the record at the file's end. */
    private Central central() {
        long tailStart = Math.max(0, file.size() - END_BYTES - MAX_COMMENT);
        ByteBuffer tail = file.bytes(tailStart, (int) (file.size() - tailStart));
        int end = endRecord(tail);
        Central central =
                new Central(
                        Integer.toUnsignedLong(tail.getInt(end + 16)),
                        Integer.toUnsignedLong(tail.getInt(end + 12)),
                        Short.toUnsignedInt(tail.getShort(end + 10)));
        long limit = tailStart + end;
        long locator = limit - END64_LOCATOR_BYTES;
        if (locator >= 0 && file.bytes(locator, Integer.BYTES).getInt() == END64_LOCATOR) {
            limit = file.bytes(locator, END64_LOCATOR_BYTES).getLong(8);
            if (limit < 0 || limit > locator - END64_BYTES) {
                throw refused("ZIP64 record: at byte " + limit, "before byte " + locator);
            }
            central = central64(limit);
        }
        if (central.entries() < 0 || central.entries() > MAX_ENTRIES) {
            throw refused("entries: " + central.entries(), "0 to " + MAX_ENTRIES);
        }
        if (central.position() < 0
                || central.bytes() < 0
                || central.bytes() > MAX_CENTRAL_BYTES
                || central.position() != limit - central.bytes()) {
            throw refused(
                    "central directory: %d bytes at byte %d"
                            .formatted(central.bytes(), central.position()),
                    "at most %d bytes, up to byte %d".formatted(MAX_CENTRAL_BYTES, limit));
        }
        return central;
    }

    private int endRecord(ByteBuffer tail) {
        for (int i = tail.limit() - END_BYTES; i >= 0; i--) {
            int comment = Short.toUnsignedInt(tail.getShort(i + END_BYTES - Short.BYTES));
            if (tail.getInt(i) == END && i + END_BYTES + comment == tail.limit()) {
                return i;
            }
        }
        throw refused("no end of a zip archive", "a complete file");
    }

    private Central central64(long position) {
        ByteBuffer end = file.bytes(position, END64_BYTES);
        if (end.getInt(0) != END64) {
            throw refused(
                    "ZIP64 record: signature %08x".formatted(end.getInt(0)),
                    "%08x".formatted(END64));
        }
        return new Central(end.getLong(48), end.getLong(40), end.getLong(32));
    }

    /** Reads the next central record, and the local header that it points at. */
    private Entry entry(ByteBuffer records, long limit) {
        if (records.remaining() < CENTRAL_BYTES || records.getInt(records.position()) != CENTRAL) {
            throw refused("central directory: no record where one begins", "a complete one");
        }
        int start = records.position();
        ByteBuffer fixed = slice(records, CENTRAL_BYTES);
        int nameBytes = Short.toUnsignedInt(fixed.getShort(28));
        int extraBytes = Short.toUnsignedInt(fixed.getShort(30));
        int commentBytes = Short.toUnsignedInt(fixed.getShort(32));
        if (records.remaining() < nameBytes + extraBytes + commentBytes) {
            throw refused(
                    "central directory: the record at its byte %d ends after it".formatted(start),
                    "a complete one");
        }
        String name = StandardCharsets.UTF_8.decode(slice(records, nameBytes)).toString();
        if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
            throw refused("an entry's name is empty or has control characters", "printable");
        }
        ByteBuffer extra = zip64Extra(slice(records, extraBytes));
        slice(records, commentBytes);
        requireStored(name, fixed.getShort(8), fixed.getShort(10));
        long bytes = wide(name, fixed.getInt(24), extra);
        long compressed = wide(name, fixed.getInt(20), extra);
        long header = wide(name, fixed.getInt(42), extra);
        if (bytes != compressed) {
            throw refused(name, "%d bytes as %d".formatted(bytes, compressed), "the same");
        }
        if (bytes < 0 || header < 0 || header > limit - LOCAL_BYTES || bytes > limit - header) {
            throw refused(
                    name,
                    "%d bytes at byte %d".formatted(bytes, header),
                    "inside the %d bytes before the central directory".formatted(limit));
        }
        return located(name, header, bytes, limit);
    }

    /** Checks the entry's local header and finds its data. */
    private Entry located(String name, long header, long bytes, long limit) {
        ByteBuffer local = file.bytes(header, LOCAL_BYTES);
        if (local.getInt(0) != LOCAL) {
            throw refused(
                    name, "local header %08x".formatted(local.getInt(0)), "%08x".formatted(LOCAL));
        }
        requireStored(name, local.getShort(6), local.getShort(8));
        requireLocalSize(name, local, bytes);
        int nameBytes = Short.toUnsignedInt(local.getShort(26));
        long position = header + LOCAL_BYTES + nameBytes + Short.toUnsignedInt(local.getShort(28));
        if (position > limit - bytes) {
            throw refused(
                    name,
                    "%d bytes at byte %d".formatted(bytes, position),
                    "inside the %d bytes before the central directory".formatted(limit));
        }
        ByteBuffer localName = file.bytes(header + LOCAL_BYTES, nameBytes);
        if (!StandardCharsets.UTF_8.decode(localName).toString().equals(name)) {
            throw refused(name, "another name in its local header", "the same");
        }
        return new Entry(name, header, position, bytes);
    }

    /** A local header leaves its size to the central directory, or says the same. */
    private void requireLocalSize(String name, ByteBuffer local, long bytes) {
        long size = Integer.toUnsignedLong(local.getInt(22));
        boolean elsewhere =
                size == 0xffffffffL || (size == 0 && (local.getShort(6) & SIZES_FOLLOW) != 0);
        if (size != bytes && !elsewhere) {
            throw refused(
                    name,
                    "%d bytes in its local header".formatted(size),
                    "%d, as in the central directory".formatted(bytes));
        }
    }

    private void requireStored(String name, short flags, short method) {
        if (method != 0 || (flags & ENCRYPTED) != 0) {
            throw refused(
                    name,
                    "method %d, flags %d".formatted(method, flags),
                    "method 0: stored, not encrypted");
        }
    }

    private void requireThatNoneOverlap(Map<String, Entry> entries) {
        List<Entry> ordered = new ArrayList<>(entries.values());
        ordered.sort(Comparator.comparingLong(Entry::header));
        long end = 0;
        for (Entry entry : ordered) {
            if (entry.header() < end) {
                throw refused(
                        entry.name(),
                        "begins at byte %d, inside the entry before it".formatted(entry.header()),
                        "byte %d or later".formatted(end));
            }
            end = entry.end();
        }
    }

    /** The ZIP64 field among an entry's extra fields; empty where there is none. */
    private static ByteBuffer zip64Extra(ByteBuffer extra) {
        while (extra.remaining() >= 2 * Short.BYTES) {
            int id = Short.toUnsignedInt(extra.getShort());
            int bytes = Math.min(Short.toUnsignedInt(extra.getShort()), extra.remaining());
            ByteBuffer field = slice(extra, bytes);
            if (id == ZIP64_EXTRA) {
                return field;
            }
        }
        return ByteBuffer.allocate(0);
    }

    /** A 32-bit field, or the next one of the ZIP64 field where it says so. */
    private long wide(String name, int field, ByteBuffer extra) {
        if (field != 0xffffffff) {
            return Integer.toUnsignedLong(field);
        }
        if (extra.remaining() < Long.BYTES) {
            throw refused(name, "a size or offset of ffffffff", "a ZIP64 field with its value");
        }
        return extra.getLong();
    }

    /** The next {@code count} bytes of {@code source}, which moves on. */
    private static ByteBuffer slice(ByteBuffer source, int count) {
        ByteBuffer slice = source.slice(source.position(), count).order(ByteOrder.LITTLE_ENDIAN);
        source.position(source.position() + count);
        return slice;
    }

    private CheckpointException refused(String entry, String found, String expected) {
        return refused("entry %s: %s".formatted(entry, found), expected);
    }

    private CheckpointException refused(String found, String expected) {
        return new CheckpointException(
                "%s: %s (expected: %s)".formatted(file.path(), found, expected));
    }
}
