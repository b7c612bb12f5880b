package io.lavastream.standalone;

import io.lavastream.engine.checkpoint.LoadProgress;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Says how many of how many bytes are done, at which rate, and when all will be. */
public final class ByteProgress implements LoadProgress {
    private static final int BAR = 20;

    private final Consumer<String> note;
    private final LongSupplier nanos;
    private final long begin;

    /**
     * @param note is given the words, each time
     * @param nanos a monotonic clock, in nanoseconds
     */
    public ByteProgress(Consumer<String> note, LongSupplier nanos) {
        this.note = note;
        this.nanos = nanos;
        this.begin = nanos.getAsLong();
    }

    @Override
    public void loaded(long bytes, long total) {
        double seconds = (nanos.getAsLong() - begin) / 1e9;
        if (bytes <= 0 || seconds <= 0) {
            return;
        }
        if (bytes >= total) {
            note.accept(String.format(Locale.ROOT, "(%.1f GB in %.0f s)", bytes / 1e9, seconds));
            return;
        }
        double rate = bytes / seconds;
        int filled = (int) (BAR * bytes / total);
        note.accept(
                String.format(
                        Locale.ROOT,
                        "[%s%s] %.1f of %.1f GB, %.0f MB/s, %.0f s left",
                        "#".repeat(filled),
                        ".".repeat(BAR - filled),
                        bytes / 1e9,
                        total / 1e9,
                        rate / 1e6,
                        (total - bytes) / rate));
    }
}
