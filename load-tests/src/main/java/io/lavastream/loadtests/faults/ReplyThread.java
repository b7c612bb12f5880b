package io.lavastream.loadtests.faults;

import io.lavastream.standalone.client.Cluster;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/** A client that writes every outcome into the ledger, from the topics' beginning until it is closed. */
final class ReplyThread implements AutoCloseable {
    private final Cluster cluster;
    private final Ledger ledger;
    private final Thread thread = new Thread(this::run, "replies");
    private final CountDownLatch connected = new CountDownLatch(1);
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
    private volatile boolean closing;

    private ReplyThread(Cluster cluster, Ledger ledger) {
        this.cluster = cluster;
        this.ledger = ledger;
        thread.setDaemon(true);
    }

    /** Returns when it reads. */
    static ReplyThread start(Cluster cluster, Ledger ledger) throws InterruptedException {
        ReplyThread reader = new ReplyThread(cluster, ledger);
        reader.thread.start();
        reader.connected.await();
        return reader;
    }

    private void run() {
        try (Replies replies = new Replies(cluster)) {
            connected.countDown();
            while (!closing) {
                replies.poll().forEach(reply -> ledger.seen(reply, System.nanoTime()));
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
    void requireReading() {
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
