package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.RegistryUnavailableException;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;

/** Reads one record after the other by position. Not thread-safe: one thread owns it, interrupting it ends a read. */
final class TicketConsumer implements AutoCloseable {
    /** How often a read looks whether it should give up. */
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * After the newest record a consumer sends one fetch ahead, which waits at the broker and which the next seek
     * waits for: it may wait a millisecond. One byte a fetch still brings the whole batch that holds the position,
     * and no more. One record a poll keeps the rest of a batch for the next read, which in order needs no seek.
     */
    private static final Map<String, Object> READ_BY_POSITION =
            Map.of(
                    ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 1,
                    ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1,
                    ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1,
                    ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");

    private final Clock clock;
    private final Consumer<byte[], byte[]> consumer;
    private final AvroDecoder<Question> questions;
    private final AvroDecoder<Image> images;

    /** Several images of one question often follow each other. */
    private RecordPosition lastPosition;

    private SpecificRecord lastRecord;

    TicketConsumer(String name, KafkaSettings kafka, RegistrySettings registry, Clock clock) {
        this.clock = clock;
        consumer = kafka.newConsumer(name, READ_BY_POSITION);
        questions = new AvroDecoder<>(Question.class, registry);
        images = new AvroDecoder<>(Image.class, registry);
    }

    /**
     * Reads the image and checks it against its ticket.
     *
     * @throws ImageException when it is gone, is not what the ticket says, or did not come in time
     */
    EncodedImage read(ImageTicket ticket, Instant giveUpAt) {
        byte[] bytes = imageBytes(ticket, record(ticket.getPosition(), giveUpAt));
        if (bytes.length != ticket.getSize()) {
            throw internal(
                    "%s: image of %d bytes (expected: %d)"
                            .formatted(where(ticket), bytes.length, ticket.getSize()));
        }
        if (!MessageDigest.isEqual(sha256(bytes), ticket.getSha256().bytes())) {
            throw internal(
                    "%s: image has another SHA-256 than its ticket".formatted(where(ticket)));
        }
        return EncodedImage.of(bytes);
    }

    private SpecificRecord record(RecordPosition position, Instant giveUpAt) {
        if (position.equals(lastPosition)) {
            return lastRecord;
        }
        while (true) {
            try {
                SpecificRecord record = decode(position, poll(position, giveUpAt));
                lastPosition = position;
                lastRecord = record;
                return record;
            } catch (RetriableException | RegistryUnavailableException e) {
                if (!clock.instant().isBefore(giveUpAt)) {
                    throw new ImageException(
                            FailureCode.INTERNAL,
                            true,
                            "%s: not read in time: %s".formatted(where(position), e.getMessage()),
                            e);
                }
            }
        }
    }

    private byte[] poll(RecordPosition position, Instant giveUpAt) {
        TopicPartition partition = new TopicPartition(position.getTopic(), position.getPartition());
        if (!consumer.assignment().equals(Set.of(partition))) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, position.getOffset());
        } else if (consumer.position(partition) != position.getOffset()) {
            consumer.seek(partition, position.getOffset());
        }
        try {
            while (clock.instant().isBefore(giveUpAt)) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                    if (record.offset() == position.getOffset()) {
                        return record.value();
                    }
                    throw expired(position, "the next record is at offset " + record.offset());
                }
                interruptible();
            }
        } catch (OffsetOutOfRangeException e) {
            consumer.unsubscribe();
            throw expired(position, "the topic no longer retains that offset");
        }
        throw new ImageException(
                FailureCode.INTERNAL, true, "%s: not read in time".formatted(where(position)));
    }

    private static void interruptible() {
        if (Thread.interrupted()) {
            throw new InterruptException(new InterruptedException());
        }
    }

    private SpecificRecord decode(RecordPosition position, byte[] value) {
        Decoded<? extends SpecificRecord> decoded =
                position.getTopic().equals(Topics.IMAGES_TOPIC.name())
                        ? images.decode(position.getTopic(), value)
                        : questions.decode(position.getTopic(), value);
        if (decoded instanceof Decoded.Value<? extends SpecificRecord> record) {
            return record.value();
        }
        throw internal(
                "%s: %s".formatted(where(position), ((Decoded.Undecodable<?>) decoded).reason()));
    }

    private static byte[] imageBytes(ImageTicket ticket, SpecificRecord record) {
        ByteBuffer data =
                record instanceof Image image
                        ? image.getData()
                        : dataOf((Question) record, ticket.getIndex());
        if (data == null) {
            throw internal("%s: the record holds no image bytes there".formatted(where(ticket)));
        }
        byte[] bytes = new byte[data.remaining()];
        data.duplicate().get(bytes);
        return bytes;
    }

    private static ByteBuffer dataOf(Question question, int index) {
        List<ImageSource> sources = question.getImages();
        return index >= 0 && index < sources.size() ? sources.get(index).getData() : null;
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // Every Java platform has it.
        }
    }

    private static ImageException expired(RecordPosition position, String detail) {
        return new ImageException(
                FailureCode.IMAGE_EXPIRED, false, "%s: %s".formatted(where(position), detail));
    }

    private static ImageException internal(String message) {
        return new ImageException(FailureCode.INTERNAL, false, message);
    }

    private static String where(ImageTicket ticket) {
        return "%s image %d".formatted(where(ticket.getPosition()), ticket.getIndex());
    }

    private static String where(RecordPosition position) {
        return "%s-%d offset %d"
                .formatted(position.getTopic(), position.getPartition(), position.getOffset());
    }

    @Override
    public void close() {
        // Whoever interrupted the read wants it to end, not the closing.
        boolean interrupted = Thread.interrupted();
        consumer.close();
        questions.close();
        images.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
