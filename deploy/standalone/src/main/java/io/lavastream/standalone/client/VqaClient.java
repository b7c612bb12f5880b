package io.lavastream.standalone.client;

import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends questions and images, and reads what became of them, through the topics like any other client. It sees the
 * replies that are committed after it connected. Not thread-safe.
 */
public final class VqaClient implements AutoCloseable {
    /** Room for a record's key and headers above the largest batch. */
    private static final int LARGEST_REQUEST = Topics.LARGE_RECORD_BYTES + (64 << 10);

    /** At the end of a topic the fetch waits at the broker; its end shall not wait for more bytes. */
    private static final Map<String, Object> READ_REPLIES =
            Map.of(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);

    private final KafkaProducer<String, byte[]> producer;
    private final Consumer<byte[], byte[]> consumer;
    private final AvroEncoder<Question> questions;
    private final AvroEncoder<Image> images;
    private final AvroDecoder<Answer> answers;
    private final AvroDecoder<Failure> failures;

    private VqaClient(
            Cluster cluster,
            KafkaProducer<String, byte[]> producer,
            Consumer<byte[], byte[]> consumer) {
        this.producer = producer;
        this.consumer = consumer;
        questions = new AvroEncoder<>(cluster.registry());
        images = new AvroEncoder<>(cluster.registry());
        answers = new AvroDecoder<>(Answer.class, cluster.registry());
        failures = new AvroDecoder<>(Failure.class, cluster.registry());
    }

    /**
     * Connects and takes its place at the present end of the reply topics.
     *
     * @throws KafkaException when the broker cannot be reached or the topics do not exist
     */
    public static VqaClient connect(Cluster cluster) {
        Consumer<byte[], byte[]> consumer =
                new KafkaSettings(cluster.bootstrapServers(), cluster.kafka())
                        .newConsumer("lavastream-client", READ_REPLIES);
        try {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Topic topic : List.of(Topics.ANSWERS, Topics.FAILURES)) {
                consumer.partitionsFor(topic.name())
                        .forEach(
                                info ->
                                        partitions.add(
                                                new TopicPartition(
                                                        info.topic(), info.partition())));
            }
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            // Seeking is lazy: ask now, or a reply that comes before the first poll would be
            // missed.
            partitions.forEach(consumer::position);
            return new VqaClient(
                    cluster,
                    new KafkaProducer<>(
                            producerConfig(cluster),
                            new StringSerializer(),
                            new ByteArraySerializer()),
                    consumer);
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
    }

    /**
     * Sends a question and waits until the broker has it.
     *
     * @throws KafkaException when the broker refuses it, for example for its size
     */
    public void send(String lane, Question question) {
        send(Topics.questions(lane), question.getRequestId(), question, questions);
    }

    /** Sends an image and waits until the broker has it. */
    public void send(Image image) {
        send(Topics.IMAGES_TOPIC, image.getImageId(), image, images);
    }

    /** What came in, waiting at most {@code wait} for the first; may be replies to other clients' questions. */
    public List<Reply> poll(Duration wait) {
        List<Reply> replies = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(wait)) {
            replies.add(
                    record.topic().equals(Topics.ANSWERS.name())
                            ? decode(record, answers, Reply.Answered::new)
                            : decode(record, failures, Reply.Failed::new));
        }
        return replies;
    }

    @Override
    public void close() {
        producer.close();
        consumer.close();
        questions.close();
        images.close();
        answers.close();
        failures.close();
    }

    private <T extends SpecificRecord> void send(
            Topic topic, String key, T value, AvroEncoder<T> encoder) {
        byte[] bytes = encoder.serialize(topic.name(), value);
        if (bytes.length > topic.maxMessageBytes()) {
            throw new RecordTooLargeException(
                    "%s, %s: a record of %d bytes (expected: at most %d; larger images by their address)"
                            .formatted(topic.name(), key, bytes.length, topic.maxMessageBytes()));
        }
        try {
            producer.send(new ProducerRecord<>(topic.name(), key, bytes)).get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            throw new KafkaException(
                    "%s, %s: %s".formatted(topic.name(), key, e.getCause().getMessage()),
                    e.getCause());
        }
    }

    private static <T extends SpecificRecord> Reply decode(
            ConsumerRecord<byte[], byte[]> record,
            AvroDecoder<T> decoder,
            Function<T, Reply> reply) {
        Decoded<T> decoded = decoder.decode(record.topic(), record.value());
        if (decoded instanceof Decoded.Value<T> value) {
            return reply.apply(value.value());
        }
        throw new KafkaException(
                "%s-%d, offset %d: %s"
                        .formatted(
                                record.topic(),
                                record.partition(),
                                record.offset(),
                                ((Decoded.Undecodable<T>) decoded).reason()));
    }

    private static Map<String, Object> producerConfig(Cluster cluster) {
        Map<String, Object> config = cluster.clientConfig();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_REQUEST);
        return config;
    }
}
