package io.lavastream.loadtests.installation;

import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ObjLongConsumer;

/** A client that reads every outcome, from the topics' beginning until it is closed. */
public final class ReplyThread implements AutoCloseable {
    private final Cluster cluster;
    private final ObjLongConsumer<Reply> seen;
    private final Thread thread = new Thread(this::run, "replies");
    private final CountDownLatch connected = new CountDownLatch(1);
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private volatile boolean closing;

    private ReplyThread(Cluster cluster, ObjLongConsumer<Reply> seen) {
        this.cluster = cluster;
        this.seen = seen;
        thread.setDaemon(true);
    }

    /**
     * Returns when it reads; throws what {@link #requireReading} does.
     *
     * @param seen is given each outcome and {@link System#nanoTime} of its coming
     */
    public static ReplyThread start(Cluster cluster, ObjLongConsumer<Reply> seen)
            throws InterruptedException {
        ReplyThread reader = new ReplyThread(cluster, seen);
        reader.thread.start();
        reader.connected.await();
        reader.requireReading();
        return reader;
    }

    private void run() {
        try (Replies replies = new Replies(cluster)) {
            connected.countDown();
            while (!closing) {
                replies.poll().forEach(reply -> seen.accept(reply, System.nanoTime()));
            }
        } catch (RuntimeException e) {
            failure.set(e);
        } finally {
            connected.countDown();
        }
    }

    /**
     * Checks that it still reads.
     *
     * @throws IllegalStateException when it has stopped by itself: then it was not the service that lost outcomes
     */
    public void requireReading() {
        if (failure.get() != null) {
            throw new IllegalStateException("the reader of outcomes failed", failure.get());
        }
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
