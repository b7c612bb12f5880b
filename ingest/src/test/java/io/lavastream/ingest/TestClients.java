package io.lavastream.ingest;

import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Topic;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Clients of a broker, as the service's users configure them. */
record TestClients(String bootstrapServers, RegistrySettings registry) {

    /** Reads all of a topic from its beginning, committed records only. */
    <T extends SpecificRecord> KafkaConsumer<String, T> consumer(Topic topic, Class<T> type) {
        AvroDecoder<T> decoder = new AvroDecoder<>(type, registry);
        KafkaConsumer<String, T> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                                "read_committed",
                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                "earliest"),
                        new StringDeserializer(),
                        (name, bytes) -> ((Decoded.Value<T>) decoder.decode(name, bytes)).value());
        List<TopicPartition> partitions = partitions(consumer, topic.name());
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** A topic that the controller has created reaches the broker's answers a moment later. */
    private static List<TopicPartition> partitions(KafkaConsumer<?, ?> consumer, String topic) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (System.nanoTime() < end) {
            List<PartitionInfo> found = consumer.partitionsFor(topic);
            if (!found.isEmpty()) {
                return found.stream()
                        .map(partition -> new TopicPartition(topic, partition.partition()))
                        .toList();
            }
        }
        throw new IllegalStateException(topic + ": no partitions after 20 s");
    }

    <T extends SpecificRecord> KafkaProducer<String, T> producer() {
        return producer(Map.of());
    }

    <T extends SpecificRecord> KafkaProducer<String, T> transactionalProducer(String id) {
        return producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, id));
    }

    private <T extends SpecificRecord> KafkaProducer<String, T> producer(
            Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return new KafkaProducer<>(all, new StringSerializer(), new AvroEncoder<>(registry));
    }

    /** Sends without waiting; whoever counts what arrives will miss what did not. */
    static <T extends SpecificRecord> void send(
            KafkaProducer<String, T> producer, Topic topic, String key, T value) {
        Future<RecordMetadata> unused =
                producer.send(new ProducerRecord<>(topic.name(), key, value));
    }
}
