package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Owns one consumer, which it closes, and reads the tickets of its queue; when several wait, in the order of their positions. */
final class TicketThread {
    private static final Logger LOG = LoggerFactory.getLogger(TicketThread.class);

    private final TicketConsumer consumer;
    private final ImageCache cache;
    private final BlockingQueue<PendingTicket> waiting;
    private final Thread thread;
    private volatile boolean stopping;

    TicketThread(String name, TicketConsumer consumer, ImageCache cache, int maxWaiting) {
        this.consumer = consumer;
        this.cache = cache;
        waiting = new ArrayBlockingQueue<>(maxWaiting);
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether there was room for it. */
    boolean offer(PendingTicket pending) {
        return !stopping && waiting.offer(pending);
    }

    void stop() {
        stopping = true;
        thread.interrupt();
    }

    void join() {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try (consumer) {
            List<PendingTicket> batch = new ArrayList<>();
            while (!stopping) {
                batch.add(waiting.take());
                waiting.drainTo(batch);
                batch.sort(PendingTicket.BY_POSITION);
                batch.forEach(this::read);
                batch.clear();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            stopping = true;
            failWaiting();
        }
    }

    /** Completes {@code pending} whatever happens, and never throws: the next ticket has no part in it. */
    private void read(PendingTicket pending) {
        if (pending.result().isDone()) {
            return;
        }
        try {
            Optional<EncodedImage> cached = cache.get(pending.ticket().getSha256());
            EncodedImage image =
                    cached.isPresent()
                            ? cached.get()
                            : consumer.read(pending.ticket(), pending.giveUpAt());
            cache.put(pending.ticket().getSha256(), image);
            pending.result().complete(image);
        } catch (ImageException e) {
            pending.result().completeExceptionally(e);
        } catch (RuntimeException e) {
            if (stopping) {
                pending.result().completeExceptionally(stopped());
                return;
            }
            LOG.warn("image at {} cannot be read", pending.position(), e);
            pending.result()
                    .completeExceptionally(
                            new ImageException(
                                    FailureCode.INTERNAL,
                                    true,
                                    "image cannot be read: " + e.getMessage(),
                                    e));
        } catch (Error e) {
            pending.result()
                    .completeExceptionally(e); // Whether the job can go on is the caller's matter.
        }
    }

    private void failWaiting() {
        List<PendingTicket> left = new ArrayList<>();
        waiting.drainTo(left);
        left.forEach(pending -> pending.result().completeExceptionally(stopped()));
    }

    private static ImageException stopped() {
        return new ImageException(FailureCode.INTERNAL, true, "the image reader is closing");
    }
}
