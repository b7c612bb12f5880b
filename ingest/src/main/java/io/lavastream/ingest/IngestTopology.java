package io.lavastream.ingest;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.ingest.IngestSettings.Storage;
import io.lavastream.schemas.Admission;
import io.lavastream.schemas.GateEntry;
import io.lavastream.schemas.IndexedImage;
import io.lavastream.schemas.Lookup;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Resolution;
import io.lavastream.serialization.BinarySerde;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The topology of one lane, in four parts that only topics connect:
 *
 * <pre>
 * questions  -> QuestionIntake -> admissions            by request id, whatever the client did
 * images     -> ImageIntake    -> tickets               by image id, whatever the client did
 * admissions, resolutions, outcomes -> RequestGate -> lookups, requests, answers, failures
 * tickets, lookups -> ImageIndex -> resolutions
 * </pre>
 *
 * Every part sends what it cannot read to the dead-letter topic. All values are bytes at the edges: what is read and
 * written is decoded and encoded by the processors, which can tell bad bytes from a registry that is away.
 */
public final class IngestTopology {
    private final Topology topology = new Topology();
    private final IngestSettings settings;
    private final RegistrySettings registry;
    private final IngestMetrics metrics;
    private final Delivery delivery;
    private final InstantSource clock;

    private IngestTopology(
            IngestSettings settings,
            RegistrySettings registry,
            IngestMetrics metrics,
            Delivery delivery,
            InstantSource clock) {
        this.settings = settings;
        this.registry = registry;
        this.metrics = metrics;
        this.delivery = delivery;
        this.clock = clock;
    }

    /** The topology for exactly-once, counting for nobody. */
    public static Topology build(IngestSettings settings, RegistrySettings registry) {
        return build(
                settings,
                registry,
                new IngestMetrics(),
                Delivery.EXACTLY_ONCE,
                InstantSource.system());
    }

    /**
     * The topology, counting in {@code metrics}.
     *
     * @param delivery what the Kafka Streams that runs it guarantees
     * @param clock that tells when something is due
     */
    public static Topology build(
            IngestSettings settings,
            RegistrySettings registry,
            IngestMetrics metrics,
            Delivery delivery,
            InstantSource clock) {
        IngestTopology lane = new IngestTopology(settings, registry, metrics, delivery, clock);
        lane.addQuestionIntake();
        lane.addImageIntake();
        lane.addRequestGate();
        lane.addImageIndex();
        return lane.topology;
    }

    private void addQuestionIntake() {
        Topic questions = Topics.questions(settings.lane());
        Topic admissions = Topics.admissions(settings.lane());
        source(Nodes.FROM_QUESTIONS, questions);
        topology.addProcessor(
                Nodes.QUESTION_INTAKE,
                () ->
                        new QuestionIntake(
                                questions, admissions, settings.limits(), registry, metrics),
                Nodes.FROM_QUESTIONS);
        sink(Nodes.TO_ADMISSIONS, admissions, Nodes.QUESTION_INTAKE);
        deadLetterSink(Nodes.DEAD_QUESTIONS, Nodes.QUESTION_INTAKE);
    }

    private void addImageIntake() {
        Topic tickets = Topics.tickets(settings.lane());
        source(Nodes.FROM_IMAGES, Topics.IMAGES_TOPIC);
        topology.addProcessor(
                Nodes.IMAGE_INTAKE,
                () -> new ImageIntake(tickets, settings.limits(), registry, metrics),
                Nodes.FROM_IMAGES);
        sink(Nodes.TO_TICKETS, tickets, Nodes.IMAGE_INTAKE);
        deadLetterSink(Nodes.DEAD_IMAGES, Nodes.IMAGE_INTAKE);
    }

    private void addRequestGate() {
        String lane = settings.lane();
        source(Nodes.FROM_ADMISSIONS, Topics.admissions(lane));
        source(Nodes.FROM_RESOLUTIONS, Topics.resolutions(lane));
        source(Nodes.FROM_OUTCOMES, Topics.outcomes(lane));
        decodeForGate(
                Nodes.ADMISSIONS, Nodes.FROM_ADMISSIONS, () -> Format.internal(Admission.class));
        decodeForGate(
                Nodes.RESOLUTIONS, Nodes.FROM_RESOLUTIONS, () -> Format.internal(Resolution.class));
        decodeForGate(
                Nodes.OUTCOMES,
                Nodes.FROM_OUTCOMES,
                () -> Format.registered(Outcome.class, registry));
        topology.addProcessor(
                Nodes.REQUEST_GATE,
                () ->
                        new RequestGate(
                                settings,
                                registry,
                                metrics,
                                delivery == Delivery.EXACTLY_ONCE,
                                clock),
                Nodes.ADMISSIONS,
                Nodes.RESOLUTIONS,
                Nodes.OUTCOMES);
        sink(Nodes.TO_LOOKUPS, Topics.lookups(lane), Nodes.REQUEST_GATE);
        sink(Nodes.TO_REQUESTS, Topics.requests(lane), Nodes.REQUEST_GATE);
        sink(Nodes.TO_ANSWERS, Topics.ANSWERS, Nodes.REQUEST_GATE);
        sink(Nodes.TO_FAILURES, Topics.FAILURES, Nodes.REQUEST_GATE);
        deadLetterSink(
                Nodes.DEAD_GATE_RECORDS, Nodes.ADMISSIONS, Nodes.RESOLUTIONS, Nodes.OUTCOMES);
        store(
                Nodes.REQUEST_STORE,
                Serdes.String(),
                BinarySerde.of(GateEntry.class),
                Nodes.REQUEST_GATE);
        agendaStore(Nodes.DEADLINE_STORE, Nodes.REQUEST_GATE);
        agendaStore(Nodes.CLOSED_STORE, Nodes.REQUEST_GATE);
    }

    private void addImageIndex() {
        String lane = settings.lane();
        source(Nodes.FROM_TICKETS, Topics.tickets(lane));
        source(Nodes.FROM_LOOKUPS, Topics.lookups(lane));
        decodeForIndex(
                Nodes.TICKETS, Nodes.FROM_TICKETS, () -> Format.internal(IndexedImage.class));
        decodeForIndex(Nodes.LOOKUPS, Nodes.FROM_LOOKUPS, () -> Format.internal(Lookup.class));
        topology.addProcessor(
                Nodes.IMAGE_INDEX,
                () -> new ImageIndex(settings, clock),
                Nodes.TICKETS,
                Nodes.LOOKUPS);
        sink(Nodes.TO_RESOLUTIONS, Topics.resolutions(lane), Nodes.IMAGE_INDEX);
        deadLetterSink(Nodes.DEAD_INDEX_RECORDS, Nodes.TICKETS, Nodes.LOOKUPS);
        store(
                Nodes.IMAGE_STORE,
                Serdes.String(),
                BinarySerde.of(IndexedImage.class),
                Nodes.IMAGE_INDEX);
        agendaStore(Nodes.IMAGE_EXPIRY_STORE, Nodes.IMAGE_INDEX);
        store(
                Nodes.WAITING_STORE,
                Serdes.String(),
                BinarySerde.of(Lookup.class),
                Nodes.IMAGE_INDEX);
        agendaStore(Nodes.WAITING_EXPIRY_STORE, Nodes.IMAGE_INDEX);
    }

    private <T> void decodeForGate(String name, String source, Supplier<Format<T>> format) {
        topology.addProcessor(
                name,
                () -> new Decoding<>(format, Nodes.REQUEST_GATE, Nodes.DEAD_GATE_RECORDS, metrics),
                source);
    }

    private <T> void decodeForIndex(String name, String source, Supplier<Format<T>> format) {
        topology.addProcessor(
                name,
                () -> new Decoding<>(format, Nodes.IMAGE_INDEX, Nodes.DEAD_INDEX_RECORDS, metrics),
                source);
    }

    private void source(String name, Topic topic) {
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                new RecordTime(),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer(),
                topic.name());
    }

    private void sink(String name, Topic topic, String parent) {
        topology.addSink(
                name, topic.name(), new StringSerializer(), new ByteArraySerializer(), parent);
    }

    /** One for each part: a sink that parts share would make them one. */
    private void deadLetterSink(String name, String... parents) {
        topology.addSink(
                name,
                Topics.DEAD_LETTERS.name(),
                new ByteArraySerializer(),
                new ByteArraySerializer(),
                parents);
    }

    private void agendaStore(String name, String processor) {
        store(name, Serdes.Bytes(), Serdes.ByteArray(), processor);
    }

    private <K, V> void store(String name, Serde<K> keys, Serde<V> values, String processor) {
        KeyValueBytesStoreSupplier supplier =
                settings.storage() == Storage.MEMORY
                        ? Stores.inMemoryKeyValueStore(name)
                        : Stores.persistentKeyValueStore(name);
        StoreBuilder<?> builder =
                Stores.keyValueStoreBuilder(supplier, keys, values)
                        .withCachingDisabled()
                        .withLoggingEnabled(
                                Map.of(
                                        TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
                                        Integer.toString(Topics.SMALL_RECORD_BYTES)));
        topology.addStateStore(builder, processor);
    }
}
