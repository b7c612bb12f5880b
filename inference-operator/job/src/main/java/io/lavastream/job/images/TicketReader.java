package io.lavastream.job.images;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.serialization.RegistrySettings;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Reads images by claim ticket, straight from the records that brought them: Kafka is the image store. A few threads
 * with a consumer each share the partitions among them, so that tickets of one partition are read in order. Safe for
 * use by several threads.
 */
public final class TicketReader implements AutoCloseable {
    private final ImageCache cache;
    private final List<TicketThread> threads = new ArrayList<>();

    /**
     * Starts the threads.
     *
     * @param name begins the threads' names
     * @param threads number of threads and consumers
     * @param maxWaiting tickets that may wait at a thread; beyond it a ticket is refused
     * @param cacheBytes most image bytes kept for the next question about the same image
     */
    public TicketReader(
            String name,
            KafkaSettings kafka,
            RegistrySettings registry,
            int threads,
            int maxWaiting,
            long cacheBytes,
            Clock clock) {
        requireNonNull(registry, "registry");
        cache = new ImageCache(cacheBytes);
        for (int i = 0; i < threads; i++) {
            String threadName = "%s-images-%d".formatted(name, i);
            TicketConsumer consumer = new TicketConsumer(threadName, kafka, registry, clock);
            this.threads.add(new TicketThread(threadName, consumer, cache, maxWaiting));
        }
        this.threads.forEach(TicketThread::start);
    }

    /** Starts to read an image; see {@link ImageStore#fetch}. */
    public CompletableFuture<EncodedImage> fetch(ImageTicket ticket, Instant giveUpAt) {
        Optional<EncodedImage> cached = cache.get(ticket.getSha256());
        if (cached.isPresent()) {
            return CompletableFuture.completedFuture(cached.get());
        }
        PendingTicket pending = new PendingTicket(ticket, giveUpAt, new CompletableFuture<>());
        if (!threadOf(ticket.getPosition()).offer(pending)) {
            pending.result()
                    .completeExceptionally(
                            new ImageException(
                                    FailureCode.INTERNAL,
                                    true,
                                    "no more images can wait to be read"));
        }
        return pending.result();
    }

    private TicketThread threadOf(RecordPosition position) {
        int hash = 31 * position.getTopic().hashCode() + position.getPartition();
        return threads.get(Math.floorMod(hash, threads.size()));
    }

    @Override
    public void close() {
        threads.forEach(TicketThread::stop);
        threads.forEach(TicketThread::join);
    }
}
