package io.lavastream.job;

import io.lavastream.engine.checkpoint.LoadProgress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs each tenth of a model's weights as it is loaded: a model of real size takes minutes. */
final class LoadLog implements LoadProgress {
    private static final Logger LOG = LoggerFactory.getLogger(LoadLog.class);

    private long tenths;

    @Override
    public void loaded(long loadedBytes, long totalBytes) {
        long now = 10 * loadedBytes / Math.max(1, totalBytes);
        if (now > tenths) {
            tenths = now;
            LOG.info("Loaded {} of {} MB of weights", loadedBytes >> 20, totalBytes >> 20);
        }
    }
}
