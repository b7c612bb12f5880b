package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.RecordPosition;
import java.time.Instant;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;

/** A ticket whose image somebody waits for. */
record PendingTicket(ImageTicket ticket, Instant giveUpAt, CompletableFuture<EncodedImage> result) {
    /** The order in which a partition is read fastest. */
    static final Comparator<PendingTicket> BY_POSITION =
            Comparator.comparing(PendingTicket::position);

    RecordPosition position() {
        return ticket.getPosition();
    }
}
