package io.lavastream.job.images;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.Samples;
import io.lavastream.job.TestTopics;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.RecordPosition;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TicketReaderIT {
    private static final int IMAGES = 200;
    private static final long NO_CACHE = 0;

    @Test
    void readsManyTicketsInAnyOrder() {
        try (TestTopics topics = new TestTopics("tickets");
                TicketReader reader = reader(topics, NO_CACHE)) {
            List<ImageTicket> tickets = new ArrayList<>();
            for (int i = 0; i < IMAGES; i++) {
                byte[] image = image(i);
                tickets.add(Samples.ticket(topics.question("tickets", image), 0, image));
            }
            Collections.shuffle(tickets, new Random(3));

            List<CompletableFuture<EncodedImage>> read =
                    tickets.stream().map(ticket -> reader.fetch(ticket, soon())).toList();

            for (int i = 0; i < IMAGES; i++) {
                EncodedImage image = read.get(i).orTimeout(30, TimeUnit.SECONDS).join();
                assertThat(image.size()).isEqualTo(tickets.get(i).getSize());
            }
        }
    }

    @Test
    void takesTheImageThatTheTicketNames() {
        try (TestTopics topics = new TestTopics("tickets-index");
                TicketReader reader = reader(topics, NO_CACHE)) {
            byte[] second = "second image".getBytes(UTF_8);
            RecordPosition position =
                    topics.question("tickets-index", "first".getBytes(UTF_8), second);

            EncodedImage image = reader.fetch(Samples.ticket(position, 1, second), soon()).join();

            assertThat(image.buffer()).isEqualTo(ByteBuffer.wrap(second));
        }
    }

    @Test
    void saysWhatIsWrongWithATicket() {
        try (TestTopics topics = new TestTopics("tickets-wrong");
                TicketReader reader = reader(topics, NO_CACHE)) {
            byte[] image = image(1);
            RecordPosition position = topics.question("tickets-wrong", image);
            byte[] sameSize = image.clone();
            sameSize[0]++;

            ImageException otherDigest =
                    refused(reader, Samples.ticket(position, 0, sameSize), soon());
            ImageException otherSize =
                    refused(reader, Samples.ticket(position, 0, new byte[1]), soon());
            ImageException otherIndex = refused(reader, Samples.ticket(position, 5, image), soon());
            ImageException tooLate =
                    refused(reader, Samples.ticket(beyond(position), 0, image), Instant.now());

            assertThat(otherDigest.code()).isEqualTo(FailureCode.INTERNAL);
            assertThat(otherDigest).hasMessageContaining("SHA-256");
            assertThat(otherSize)
                    .hasMessageContaining(
                            "image of %d bytes (expected: 1)".formatted(image.length));
            assertThat(otherIndex).hasMessageContaining("no image bytes");
            assertThat(tooLate).hasMessageContaining("not read in time");
            assertThat(tooLate.retryable()).isTrue();
        }
    }

    @Test
    void anImageThatRetentionDeletedHasExpired() {
        try (TestTopics topics = new TestTopics("tickets-expired");
                TicketReader reader = reader(topics, NO_CACHE)) {
            byte[] image = image(1);
            RecordPosition gone = topics.question("tickets-expired", image);
            RecordPosition kept = topics.question("tickets-expired", image);
            topics.expire(gone);

            ImageException expired = refused(reader, Samples.ticket(gone, 0, image), soon());

            assertThat(expired.code()).isEqualTo(FailureCode.IMAGE_EXPIRED);
            assertThat(expired.retryable()).isFalse();
            assertThat(reader.fetch(Samples.ticket(kept, 0, image), soon()).join().size())
                    .isEqualTo(image.length);
        }
    }

    @Test
    void aCachedImageNeedsNoTopic() {
        try (TestTopics topics = new TestTopics("tickets-cached");
                TicketReader reader = reader(topics, 1 << 20)) {
            byte[] image = image(1);
            RecordPosition position = topics.question("tickets-cached", image);
            ImageTicket ticket = Samples.ticket(position, 0, image);
            EncodedImage read = reader.fetch(ticket, soon()).join();
            topics.expire(position);

            assertThat(reader.fetch(ticket, soon())).isCompletedWithValue(read);
        }
    }

    private static TicketReader reader(TestTopics topics, long cacheBytes) {
        return new TicketReader(
                "test",
                topics.kafka(),
                TestTopics.REGISTRY,
                2,
                IMAGES,
                cacheBytes,
                Clock.systemUTC());
    }

    private static ImageException refused(
            TicketReader reader, ImageTicket ticket, Instant giveUpAt) {
        CompletionException failure =
                catchThrowableOfType(
                        CompletionException.class, () -> reader.fetch(ticket, giveUpAt).join());
        return (ImageException) failure.getCause();
    }

    private static RecordPosition beyond(RecordPosition position) {
        return new RecordPosition(
                position.getTopic(), position.getPartition(), position.getOffset() + 1);
    }

    private static byte[] image(int seed) {
        byte[] bytes = new byte[10_000 + seed];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static Instant soon() {
        return Instant.now().plusSeconds(20);
    }
}
