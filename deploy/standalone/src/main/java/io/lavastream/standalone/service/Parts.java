package io.lavastream.standalone.service;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Running parts, stopped in the reverse order of their start. Safe for use by several threads. */
final class Parts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);

    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    /** Takes over {@code part}. */
    synchronized <T extends AutoCloseable> T add(T part) {
        running.push(part);
        return part;
    }

    /** Stops all parts; one that fails does not keep the others from stopping. A second call finds nothing to do. */
    @Override
    public synchronized void close() {
        while (!running.isEmpty()) {
            AutoCloseable part = running.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.warn(
                        "{} did not stop in order: {}",
                        part.getClass().getSimpleName(),
                        e.toString());
            }
        }
    }
}
