package io.lavastream.standalone;

import io.lavastream.engine.checkpoint.LoadProgress;
import java.util.Locale;

/** Notes at a step how much of a model has loaded, until all of it has. */
public final class LoadNote implements LoadProgress {
    private static final double MEGA = 1e6;
    private static final double GIGA = 1e9;

    private final Progress.Step step;

    public LoadNote(Progress.Step step) {
        this.step = step;
    }

    @Override
    public void loaded(long loadedBytes, long totalBytes) {
        step.note(loadedBytes < totalBytes ? note(loadedBytes, totalBytes) : "");
    }

    private static String note(long loadedBytes, long totalBytes) {
        return totalBytes < GIGA
                ? String.format(
                        Locale.ROOT, "(%.0f of %.0f MB)", loadedBytes / MEGA, totalBytes / MEGA)
                : String.format(
                        Locale.ROOT, "(%.1f of %.1f GB)", loadedBytes / GIGA, totalBytes / GIGA);
    }
}
