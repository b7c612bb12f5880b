package io.lavastream.job;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The local directory in which a job leaves its checkpoints, as {@code JOB-ID/chk-NUMBER/_metadata}. Held by one
 * process at a time.
 *
 * <p>Each start is a new Flink job with a directory of its own, but the numbers go on: Flink counts from the checkpoint
 * that it restored. So the highest number is the newest, over all jobs; file times, which copying and clocks change, say
 * nothing. When none could be read and the count began again, an old checkpoint that becomes readable later may win
 * over a newer one: then more is replayed, and what has an outcome is skipped.
 */
final class CheckpointDirectory implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointDirectory.class);

    private static final String LOCK_FILE = "lock";
    private static final String METADATA_FILE = "_metadata";
    private static final Pattern CHECKPOINT = Pattern.compile("chk-(\\d{1,18})");

    private final Path directory;
    private final FileChannel lockFile;

    /** What was said to be unreadable: once is enough. */
    private final Set<Path> unreadable = ConcurrentHashMap.newKeySet();

    private CheckpointDirectory(Path directory, FileChannel lockFile) {
        this.directory = directory;
        this.lockFile = lockFile;
    }

    /** A checkpoint that can be restored. */
    record Checkpoint(Path path, long number) {}

    /**
     * Makes the directory if need be, and holds it until {@link #close} or the end of the process.
     *
     * @throws IllegalStateException when another job holds it
     */
    static CheckpointDirectory hold(Path directory) {
        try {
            Files.createDirectories(directory);
            FileChannel channel =
                    FileChannel.open(
                            directory.resolve(LOCK_FILE),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new IllegalStateException(
                        ("checkpoint-directory: %s is in use by another job"
                                        + " (expected: a directory for each job)")
                                .formatted(directory));
            }
            return new CheckpointDirectory(directory, channel);
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint-directory: " + directory, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock lock = channel.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false; // By this very process.
        }
    }

    /** A file beside the checkpoints, of whoever holds the directory. */
    Path file(String name) {
        return directory.resolve(name);
    }

    /** The readable checkpoint with the highest number. */
    Optional<Checkpoint> newest() {
        return numbered().filter(this::isReadable).findFirst();
    }

    /** Deletes all but the {@code retained} newest readable checkpoints. */
    void prune(int retained) {
        pruneOthers("", retained);
    }

    /**
     * Deletes what other jobs than {@code job}, which runs, have left behind and the {@code retained} newest readable checkpoints of
     * all jobs do without.
     *
     * @return whether readable ones of other jobs are among those that are kept
     */
    boolean pruneOthers(String job, int retained) {
        int readable = 0;
        boolean othersAreKept = false;
        for (Checkpoint checkpoint : numbered().toList()) {
            boolean own = checkpoint.path().getParent().getFileName().toString().equals(job);
            if (readable < retained) {
                if (own ? isComplete(checkpoint) : isReadable(checkpoint)) {
                    readable++;
                    othersAreKept |= !own;
                }
            } else if (!own) {
                delete(checkpoint.path());
            }
        }
        return othersAreKept;
    }

    /** All that look like checkpoints, newest first. */
    private Stream<Checkpoint> numbered() {
        List<Checkpoint> found = new ArrayList<>();
        for (Path job : children(directory)) {
            for (Path path : children(job)) {
                number(path).ifPresent(number -> found.add(new Checkpoint(path, number)));
            }
        }
        return found.stream()
                .sorted(
                        Comparator.comparingLong(Checkpoint::number)
                                .reversed()
                                .thenComparing(Checkpoint::path));
    }

    private static OptionalLong number(Path path) {
        Matcher matcher = CHECKPOINT.matcher(path.getFileName().toString());
        return matcher.matches()
                ? OptionalLong.of(Long.parseLong(matcher.group(1)))
                : OptionalLong.empty();
    }

    /** Whether the job that runs has written it to the end, metadata last. */
    private static boolean isComplete(Checkpoint checkpoint) {
        return Files.exists(checkpoint.path().resolve(METADATA_FILE));
    }

    /** Whether its metadata can be parsed and the files that it names are there in full. */
    private boolean isReadable(Checkpoint checkpoint) {
        Path metadataFile = checkpoint.path().resolve(METADATA_FILE);
        try (DataInputStream input = new DataInputStream(Files.newInputStream(metadataFile))) {
            CheckpointMetadata metadata =
                    Checkpoints.loadCheckpointMetadata(
                            input,
                            CheckpointDirectory.class.getClassLoader(),
                            checkpoint.path().toUri().toString());
            for (OperatorState operator : metadata.getOperatorStates()) {
                for (OperatorSubtaskState subtask : operator.getStates()) {
                    for (OperatorStateHandle state : subtask.getManagedOperatorState()) {
                        requireComplete(state.getDelegateStateHandle());
                    }
                }
            }
            return true;
        } catch (IOException | RuntimeException e) {
            if (unreadable.add(checkpoint.path())) {
                LOG.warn("checkpoint {} cannot be read: {}", checkpoint.path(), e.toString());
            }
            return false;
        }
    }

    private static void requireComplete(StreamStateHandle state) throws IOException {
        if (state instanceof FileStateHandle file) {
            Path path = Path.of(file.getFilePath().toUri().getPath());
            long size = Files.size(path);
            if (size != file.getStateSize()) {
                throw new IOException(
                        "%s: %d bytes (expected: %d)".formatted(path, size, file.getStateSize()));
            }
        }
    }

    private static List<Path> children(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.toList();
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint-directory: " + directory, e);
        }
    }

    private static void delete(Path path) {
        try (Stream<Path> tree = Files.walk(path)) {
            for (Path file : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("old checkpoint {} cannot be deleted: {}", path, e.toString());
        }
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint-directory: " + directory, e);
        }
    }
}
