package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Remembers over the death of the process which requests were in the engine, and how often that happened to each. A
 * small file of slots, mapped into memory: what was stored is the kernel's, so it outlives the process however that ends
 * (a power cut it need not outlive: then nobody is suspected). Not thread-safe.
 *
 * <p>A slot is a state of one {@code int}, and an id that is complete before the state says so. An odd state is in the
 * engine, an even one is not; half of it, rounded down, is the number of deaths. A request that ends well frees its slot.
 */
final class CrashJournal implements AutoCloseable {
    /** Deaths in the engine after which a request does not enter it again. */
    static final int MOST_DEATHS = 2;

    /**
     * State, attempt, length of the name, unused; then the name: lane and id, of which 256 UTF-16 units are at most 768
     * bytes.
     */
    private static final int SLOT_BYTES = 1 << 10;

    private static final int ATTEMPT = 4;
    private static final int LENGTH = 8;
    private static final int NAME = 16;
    private static final int MOST_NAME_BYTES = SLOT_BYTES - NAME;

    /** No lane's name contains it. */
    private static final char SEPARATOR = '/';

    private static final int FREE = 0;
    private static final int ENTERED = 1;

    /** Slots for those that died and did not come again yet. Where they are all taken, the oldest is forgotten. */
    private static final int MEMORY = 256;

    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
    private static final VarHandle STATE =
            MethodHandles.byteBufferViewVarHandle(int[].class, ORDER);

    private final MappedByteBuffer file;
    private final Deque<Integer> free = new ArrayDeque<>();
    private final Map<RequestId, Integer> inEngine = new HashMap<>();

    /** Died once or more, and not in the engine now; eldest first. */
    private final LinkedHashMap<RequestId, Integer> remembered = new LinkedHashMap<>();

    private CrashJournal(MappedByteBuffer file) {
        this.file = file;
    }

    /**
     * Opens the journal, or begins one. Whoever was in the engine when the last process ended has died once more.
     *
     * @param path of one process at a time
     * @param places most requests that are in the engine at once
     * @throws UncheckedIOException when the file cannot be had, or has no room
     */
    static CrashJournal open(Path path, int places) {
        int slots = places + MEMORY;
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            // An earlier one for more places stays as long as it is.
            long size =
                    Math.max((long) slots * SLOT_BYTES, channel.size() / SLOT_BYTES * SLOT_BYTES);
            allocate(channel, size);
            MappedByteBuffer file = channel.map(FileChannel.MapMode.READ_WRITE, 0, size);
            file.order(ORDER);
            CrashJournal journal = new CrashJournal(file);
            journal.read();
            return journal;
        } catch (IOException e) {
            throw new UncheckedIOException("journal: " + path, e);
        }
    }

    /** Writes what is not there yet: a hole that the disk has no room for would end the process when it is written to. */
    private static void allocate(FileChannel channel, long size) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate((int) Math.max(0, size - channel.size()));
        channel.position(channel.size());
        while (zeros.hasRemaining()) {
            channel.write(zeros);
        }
    }

    private void read() {
        for (int slot = 0; slot < file.capacity() / SLOT_BYTES; slot++) {
            int state = state(slot);
            Optional<RequestId> id = state <= FREE ? Optional.empty() : id(slot);
            if (id.isEmpty() || remembered.containsKey(id.get())) {
                setState(slot, FREE);
                free.add(slot);
                continue;
            }
            // One store: should this process die here, too, no death is counted twice.
            setState(slot, state + (state & ENTERED));
            remembered.put(id.get(), slot);
        }
    }

    /** How often {@code id} was in the engine when the process died. */
    int deaths(RequestId id) {
        Integer slot = remembered.containsKey(id) ? remembered.get(id) : inEngine.get(id);
        return slot == null ? 0 : state(slot) / 2;
    }

    /** Writes down that {@code id} enters the engine. */
    void enter(RequestId id) {
        if (inEngine.containsKey(id)) {
            return; // Again, while its first run is being cancelled.
        }
        Integer known = remembered.remove(id);
        int slot = known == null ? newSlot(id) : known;
        inEngine.put(id, slot);
        setState(slot, state(slot) | ENTERED);
    }

    /** Writes down that {@code id} has left the engine alive: it is no longer suspected of anything. */
    void leave(RequestId id) {
        Integer slot = inEngine.remove(id);
        if (slot != null) {
            setState(slot, FREE);
            free.add(slot);
        }
    }

    /** Those that died in the engine and have not left it alive since. */
    Map<RequestId, Integer> suspects() {
        return remembered.keySet().stream().collect(Collectors.toMap(id -> id, this::deaths));
    }

    /** Ends without a death: who is in the engine now is not suspected. */
    @Override
    public void close() {
        for (RequestId id : Map.copyOf(inEngine).keySet()) {
            leave(id);
        }
    }

    private int newSlot(RequestId id) {
        Integer slot = free.poll();
        if (slot == null) {
            slot = forgetEldest();
        }
        byte[] bytes = (id.lane() + SEPARATOR + id.requestId()).getBytes(UTF_8);
        // Ids are limited before they come here. One that is longer is suspected of nothing.
        int length = bytes.length <= MOST_NAME_BYTES ? bytes.length : 0;
        int at = slot * SLOT_BYTES;
        file.putInt(at + ATTEMPT, id.attempt());
        file.putInt(at + LENGTH, length);
        file.put(at + NAME, bytes, 0, length);
        return slot;
    }

    private int forgetEldest() {
        RequestId eldest = remembered.keySet().iterator().next();
        int slot = remembered.remove(eldest);
        setState(slot, FREE);
        return slot;
    }

    private Optional<RequestId> id(int slot) {
        int at = slot * SLOT_BYTES;
        int length = file.getInt(at + LENGTH);
        if (length < 1 || length > MOST_NAME_BYTES) {
            return Optional.empty();
        }
        byte[] bytes = new byte[length];
        file.get(at + NAME, bytes);
        String name = new String(bytes, UTF_8);
        int separator = name.indexOf(SEPARATOR);
        if (separator < 0) {
            return Optional.empty();
        }
        return Optional.of(
                new RequestId(
                        name.substring(0, separator),
                        name.substring(separator + 1),
                        file.getInt(at + ATTEMPT)));
    }

    private int state(int slot) {
        return (int) STATE.getAcquire(file, slot * SLOT_BYTES);
    }

    private void setState(int slot, int state) {
        STATE.setRelease(file, slot * SLOT_BYTES, state);
    }
}
