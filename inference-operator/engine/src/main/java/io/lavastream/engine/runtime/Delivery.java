package io.lavastream.engine.runtime;

import io.lavastream.engine.GenerationListener;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one request's text to its listener and then its outcome to whoever waits, in order, off the engine thread. However slow
 * the listener, the caller of these methods does not wait for it.
 */
final class Delivery {
    private static final Logger LOG = LoggerFactory.getLogger(Delivery.class);

    private final String request;
    private final GenerationListener listener;
    private final Executor executor;
    private boolean listening; // touched by the executor's tasks only, one at a time

    Delivery(String request, GenerationListener listener, Executor pool) {
        this.request = request;
        this.listener = listener;
        this.executor = new SerialExecutor(pool);
        this.listening = listener != GenerationListener.NONE;
    }

    void text(String piece) {
        if (listener != GenerationListener.NONE && !piece.isEmpty()) {
            executor.execute(() -> tell(piece));
        }
    }

    /** Runs {@code completion} after all text has been delivered. */
    void finish(Runnable completion) {
        executor.execute(completion);
    }

    private void tell(String piece) {
        if (!listening) {
            return;
        }
        try {
            listener.onText(piece);
        } catch (RuntimeException e) {
            listening = false;
            LOG.warn("Request {}: its listener failed and is told no more", request, e);
        }
    }
}
