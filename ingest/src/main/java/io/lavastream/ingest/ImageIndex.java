package io.lavastream.ingest;

import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.IndexedImage;
import io.lavastream.schemas.Lookup;
import io.lavastream.schemas.Resolution;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.topics.Topics;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Knows where the image of an id is, and who waits for one that has not come. A later image of the same id replaces the
 * earlier one for questions that come after. Partitioned by image id.
 */
final class ImageIndex implements Processor<Object, SpecificRecord, String, byte[]> {
    /** Bounds one punctuation's work. */
    private static final int MOST_EXPIRED_AT_ONCE = 1_000;

    private final IngestSettings settings;
    private final InstantSource clock;
    private final Serializer<Resolution> serializer = BinarySerde.of(Resolution.class).serializer();

    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<String, IndexedImage> images;
    private Agenda imageExpiry;
    private KeyValueStore<String, Lookup> waiting;
    private Agenda waitingExpiry;
    private Alarm alarm;

    /** @param clock of alarms */
    ImageIndex(IngestSettings settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public void init(ProcessorContext<String, byte[]> processorContext) {
        context = processorContext;
        images = context.getStateStore(Nodes.IMAGE_STORE);
        imageExpiry = new Agenda(context.getStateStore(Nodes.IMAGE_EXPIRY_STORE));
        waiting = context.getStateStore(Nodes.WAITING_STORE);
        waitingExpiry = new Agenda(context.getStateStore(Nodes.WAITING_EXPIRY_STORE));
        alarm = new Alarm(context, clock, settings.punctuation(), this::expire);
    }

    @Override
    public void process(Record<Object, SpecificRecord> record) {
        SpecificRecord value = record.value();
        if (value instanceof IndexedImage image) {
            index(image);
        } else if (value instanceof Lookup lookup) {
            lookUp(lookup);
        } else {
            throw new IllegalStateException(
                    "the image index reads no %s".formatted(value.getClass().getName()));
        }
    }

    @Override
    public void close() {
        if (alarm != null) {
            alarm.close();
        }
    }

    private void index(IndexedImage image) {
        String imageId = image.getImage().getImageId();
        IndexedImage earlier = images.get(imageId);
        if (earlier != null) {
            imageExpiry.remove(expiresAt(earlier), imageId);
        }
        images.put(imageId, image);
        imageExpiry.add(expiresAt(image), imageId);
        alarm.set(expiresAt(image));
        for (KeyValue<String, Lookup> waiter : waitersOf(imageId)) {
            forget(waiter.key, waiter.value);
            answer(waiter.value, image.getImage());
        }
    }

    private void lookUp(Lookup lookup) {
        IndexedImage image = images.get(lookup.getImageId());
        if (image != null) {
            answer(lookup, image.getImage());
            return;
        }
        String key = waitingKey(lookup);
        Lookup earlier = waiting.get(key);
        if (earlier != null) {
            forget(key, earlier);
        }
        // The gate has closed the request by then: its wait began earlier.
        Instant until =
                Instant.ofEpochMilli(context.currentSystemTimeMs()).plus(settings.imageWait());
        waiting.put(key, Lookup.newBuilder(lookup).setUntil(until).build());
        waitingExpiry.add(until.toEpochMilli(), key);
        alarm.set(until.toEpochMilli());
    }

    private List<KeyValue<String, Lookup>> waitersOf(String imageId) {
        List<KeyValue<String, Lookup>> waiters = new ArrayList<>();
        try (StringSerializer keys = new StringSerializer();
                KeyValueIterator<String, Lookup> entries =
                        waiting.prefixScan(waitingPrefix(imageId), keys)) {
            entries.forEachRemaining(waiters::add);
        }
        return waiters;
    }

    private void forget(String key, Lookup waiter) {
        waiting.delete(key);
        waitingExpiry.remove(waiter.getUntil().toEpochMilli(), key);
    }

    private void answer(Lookup lookup, ImageReference image) {
        Resolution resolution = new Resolution(lookup.getRequestId(), lookup.getAttempt(), image);
        byte[] bytes = serializer.serialize(Topics.resolutions(settings.lane()).name(), resolution);
        context.forward(
                new Record<>(lookup.getRequestId(), bytes, context.currentSystemTimeMs()),
                Nodes.TO_RESOLUTIONS);
    }

    private void expire(long nowMillis) {
        imageExpiry.takeDue(nowMillis, MOST_EXPIRED_AT_ONCE).forEach(images::delete);
        waitingExpiry.takeDue(nowMillis, MOST_EXPIRED_AT_ONCE).forEach(waiting::delete);
        long ahead = nowMillis + Alarm.LONGEST.toMillis();
        imageExpiry.nextBefore(ahead).ifPresent(alarm::set);
        waitingExpiry.nextBefore(ahead).ifPresent(alarm::set);
    }

    private long expiresAt(IndexedImage image) {
        return image.getSentAt().plus(settings.imageRetention()).toEpochMilli();
    }

    /** The length keeps apart ids of which one begins with the other. */
    private static String waitingPrefix(String imageId) {
        return imageId.length() + "#" + imageId + "#";
    }

    private static String waitingKey(Lookup lookup) {
        return waitingPrefix(lookup.getImageId())
                + RequestKey.of(lookup.getRequestId(), lookup.getAttempt());
    }
}
