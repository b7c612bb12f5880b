package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** Reads tickets from Kafka and addresses from the network. Owns and closes both readers. */
public final class RoutingImageStore implements ImageStore {
    private final TicketReader tickets;
    private final UriFetcher uris;

    public RoutingImageStore(TicketReader tickets, UriFetcher uris) {
        this.tickets = tickets;
        this.uris = uris;
    }

    @Override
    public CompletableFuture<EncodedImage> fetch(ImageReference reference, Instant giveUpAt) {
        if (reference.getTicket() != null) {
            return tickets.fetch(reference.getTicket(), giveUpAt);
        }
        if (reference.getUri() != null) {
            return uris.fetch(reference.getUri(), giveUpAt);
        }
        return CompletableFuture.failedFuture(
                new ImageException(
                        FailureCode.INTERNAL,
                        true,
                        "image id '%s' was dispatched unresolved (expected: a ticket or an address)"
                                .formatted(reference.getImageId())));
    }

    @Override
    public void close() {
        uris.close();
        tickets.close();
    }
}
