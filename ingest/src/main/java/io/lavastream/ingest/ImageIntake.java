package io.lavastream.ingest;

import io.lavastream.schemas.Image;
import io.lavastream.schemas.IndexedImage;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.Decoded.Undecodable;
import io.lavastream.serialization.Decoded.Value;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The first step of an image sent on its own: decode, take its ticket, leave its bytes behind, key by image id. There
 * is no request that could fail, so an image that is not valid is a dead letter.
 */
final class ImageIntake implements Processor<byte[], byte[], Object, byte[]> {
    private final Topic tickets;
    private final QuestionLimits limits;
    private final RegistrySettings registry;
    private final IngestMetrics metrics;
    private final Serializer<IndexedImage> serializer =
            BinarySerde.of(IndexedImage.class).serializer();

    private ProcessorContext<Object, byte[]> context;
    private DeadLetters deadLetters;
    private Format<Image> format;

    ImageIntake(
            Topic tickets,
            QuestionLimits limits,
            RegistrySettings registry,
            IngestMetrics metrics) {
        this.tickets = tickets;
        this.limits = limits;
        this.registry = registry;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<Object, byte[]> processorContext) {
        context = processorContext;
        deadLetters = new DeadLetters(context, Nodes.DEAD_IMAGES, metrics);
        format = Format.registered(Image.class, registry);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Decoded<Image> decoded = format.decode(Topics.IMAGES_TOPIC.name(), record.value());
        if (decoded instanceof Undecodable<Image> bad) {
            deadLetters.send(record, bad.reason());
        } else if (decoded instanceof Value<Image> value) {
            Optional<String> problem = problem(value.value());
            if (problem.isPresent()) {
                deadLetters.send(record, problem.get());
            } else {
                forward(value.value(), record.timestamp());
            }
        }
    }

    @Override
    public void close() {
        if (format != null) {
            format.close();
        }
    }

    private Optional<String> problem(Image image) {
        Optional<String> unkeyable = QuestionValidator.unkeyable("image_id", image.getImageId());
        if (unkeyable.isPresent()) {
            return unkeyable;
        }
        if ((image.getData() == null) == (image.getUri() == null)) {
            return Optional.of(
                    "image: %s (expected: exactly one of data and uri)"
                            .formatted(image.getData() == null ? "neither" : "both"));
        }
        if (image.getData() != null && image.getData().remaining() > limits.maxImageBytes()) {
            return Optional.of(
                    "data: %d bytes (expected: at most %d)"
                            .formatted(image.getData().remaining(), limits.maxImageBytes()));
        }
        if (image.getUri() != null && image.getUri().length() > QuestionLimits.MAX_URI_LENGTH) {
            return Optional.of(
                    "uri: %d characters (expected: at most %d)"
                            .formatted(image.getUri().length(), QuestionLimits.MAX_URI_LENGTH));
        }
        return Optional.empty();
    }

    private void forward(Image image, long timestamp) {
        long now = context.currentSystemTimeMs();
        IndexedImage indexed =
                new IndexedImage(
                        Tickets.of(image, Positions.current(context)),
                        Instant.ofEpochMilli(RecordTime.until(now, timestamp)));
        context.forward(
                new Record<>(
                        image.getImageId(), serializer.serialize(tickets.name(), indexed), now),
                Nodes.TO_TICKETS);
    }
}
