package io.lavastream.loadtests.installation;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Where a part keeps its state: a small file system in memory, in a mount namespace of its own, so that it can be full
 * without any other being so; or, where that is not permitted, an ordinary directory. The namespace is held by a child
 * process, which ends with this one.
 */
public final class StateDisk implements AutoCloseable {
    private static final String FILLING = "filling";
    private static final int BLOCK_BYTES = 64 << 10;

    private final Path directory;
    private final Optional<Process> holder;

    private StateDisk(Path directory, Optional<Process> holder) {
        this.directory = directory;
        this.holder = holder;
    }

    /** A directory among others; {@link #canBeFull} is false. */
    public static StateDisk ordinary(Path directory) throws IOException {
        return new StateDisk(Files.createDirectories(directory), Optional.empty());
    }

    /**
     * A file system of {@code mebibytes} at {@code directory}, which only processes started with {@link #prefix} see.
     *
     * @throws IOException with the system's words, where it does not permit that
     */
    public static StateDisk small(Path directory, int mebibytes) throws IOException {
        Files.createDirectories(directory);
        Process holder =
                new ProcessBuilder(
                                "unshare",
                                "--user",
                                "--map-root-user",
                                "--mount",
                                "sh",
                                "-c",
                                // cat ends with its input: when this process does.
                                "mount -t tmpfs -o size=\"$1\"m tmpfs \"$0\" && echo mounted && exec cat",
                                directory.toString(),
                                Integer.toString(mebibytes))
                        .redirectErrorStream(true)
                        .start();
        BufferedReader output = holder.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (!"mounted".equals(line)) {
            holder.destroyForcibly();
            throw new IOException(line == null ? "unshare said nothing" : line);
        }
        return new StateDisk(directory, Optional.of(holder));
    }

    /** What a command line must begin with for its process to see this disk. */
    public List<String> prefix() {
        return holder.map(
                        process ->
                                List.of(
                                        "nsenter",
                                        "--target",
                                        Long.toString(process.pid()),
                                        "--user",
                                        "--mount",
                                        "--preserve-credentials"))
                .orElse(List.of());
    }

    /** The disk's root, as such a process sees it. */
    public Path directory() {
        return directory;
    }

    /** The same, as this process sees it. */
    public Path fromOutside() {
        return holder.map(
                        process ->
                                Path.of(
                                        "/proc/%d/root%s"
                                                .formatted(
                                                        process.pid(), directory.toAbsolutePath())))
                .orElse(directory);
    }

    public boolean canBeFull() {
        return holder.isPresent();
    }

    /** Takes all the room that is left. */
    public void fill() throws IOException {
        if (!canBeFull()) {
            throw new IllegalStateException("%s is no disk of its own".formatted(directory));
        }
        try (OutputStream file =
                Files.newOutputStream(
                        fromOutside().resolve(FILLING),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND)) {
            fill(file, new byte[BLOCK_BYTES]);
            fill(file, new byte[1]);
        }
    }

    private static void fill(OutputStream file, byte[] block) {
        try {
            while (true) {
                file.write(block);
            }
        } catch (IOException e) {
            // No space left, which is what was wanted.
        }
    }

    /** Gives it back. */
    public void free() throws IOException {
        Files.deleteIfExists(fromOutside().resolve(FILLING));
    }

    /** Gives up the disk and what is on it; its users must have ended. An ordinary directory stays. */
    @Override
    public void close() {
        holder.ifPresent(
                process -> {
                    process.destroyForcibly();
                    try {
                        process.waitFor(5, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
    }
}
