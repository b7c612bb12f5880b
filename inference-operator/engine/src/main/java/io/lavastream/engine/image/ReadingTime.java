package io.lavastream.engine.image;

import java.time.Duration;
import java.util.function.LongSupplier;
import javax.imageio.ImageReader;
import javax.imageio.event.IIOReadProgressListener;

/** Stops a reader that takes longer than it may. The reader looks in on it every few rows. Used by one thread, once. */
final class ReadingTime implements IIOReadProgressListener {
    private final LongSupplier nanoTime;
    private final long limitNanos;
    private final long start;
    private boolean exceeded;

    ReadingTime(Duration limit, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.limitNanos = limit.toNanos();
        this.start = nanoTime.getAsLong();
    }

    /** Whether a reader was stopped: what it returned is not complete. */
    boolean exceeded() {
        return exceeded;
    }

    @Override
    public void imageProgress(ImageReader source, float percentageDone) {
        if (nanoTime.getAsLong() - start > limitNanos) {
            exceeded = true;
            source.abort();
        }
    }

    @Override
    public void sequenceStarted(ImageReader source, int minIndex) {}

    @Override
    public void sequenceComplete(ImageReader source) {}

    @Override
    public void imageStarted(ImageReader source, int imageIndex) {}

    @Override
    public void imageComplete(ImageReader source) {}

    @Override
    public void thumbnailStarted(ImageReader source, int imageIndex, int thumbnailIndex) {}

    @Override
    public void thumbnailProgress(ImageReader source, float percentageDone) {}

    @Override
    public void thumbnailComplete(ImageReader source) {}

    @Override
    public void readAborted(ImageReader source) {}
}
