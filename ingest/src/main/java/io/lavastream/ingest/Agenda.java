package io.lavastream.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Names ordered by the time at which something is due, in a state store: eight bytes of milliseconds since the epoch,
 * then the name. Used by the thread of one processor.
 */
final class Agenda {
    private static final byte[] NOTHING = {};

    private final KeyValueStore<Bytes, byte[]> store;

    /**
     * Nothing in the store is due before this. Scans begin here: what was taken leaves tombstones that RocksDB would
     * otherwise walk over each time.
     */
    private long emptyBefore = 0;

    Agenda(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Adds {@code name}, due at {@code atMillis}. */
    void add(long atMillis, String name) {
        store.put(entry(atMillis, name), NOTHING);
        emptyBefore = Math.min(emptyBefore, atMillis);
    }

    /** Removes what {@link #add} added with the same arguments. */
    void remove(long atMillis, String name) {
        store.delete(entry(atMillis, name));
    }

    /** Removes and returns up to {@code most} names that are due at or before {@code nowMillis}, earliest first. */
    List<String> takeDue(long nowMillis, int most) {
        if (nowMillis < emptyBefore) {
            return List.of();
        }
        List<Bytes> due = new ArrayList<>();
        long scannedTo = nowMillis + 1;
        // No name is empty, so the upper bound itself is never an entry.
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.range(entry(emptyBefore, ""), entry(nowMillis + 1, ""))) {
            while (entries.hasNext() && due.size() < most) {
                due.add(entries.next().key);
            }
            if (entries.hasNext()) {
                scannedTo = time(due.get(due.size() - 1));
            }
        }
        due.forEach(store::delete);
        emptyBefore = scannedTo;
        return due.stream().map(Agenda::name).toList();
    }

    /** When the next is due, if that is before {@code untilMillis}. */
    OptionalLong nextBefore(long untilMillis) {
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.range(
                        entry(emptyBefore, ""), entry(Math.max(emptyBefore, untilMillis), ""))) {
            return entries.hasNext()
                    ? OptionalLong.of(time(entries.next().key))
                    : OptionalLong.empty();
        }
    }

    private static Bytes entry(long atMillis, String name) {
        byte[] bytes = name.getBytes(UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(Long.BYTES + bytes.length)
                        .putLong(atMillis)
                        .put(bytes)
                        .array());
    }

    private static long time(Bytes entry) {
        return ByteBuffer.wrap(entry.get()).getLong();
    }

    private static String name(Bytes entry) {
        return new String(entry.get(), Long.BYTES, entry.get().length - Long.BYTES, UTF_8);
    }
}
