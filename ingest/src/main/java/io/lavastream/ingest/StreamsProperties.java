package io.lavastream.ingest;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Settings of Kafka Streams. Each number that is not the default has its reason here. */
final class StreamsProperties {
    /**
     * A transaction's length is most of what the gate adds to an answer: with 5 ms instead of 100, the 99th percentile
     * above a stub model fell from 403 to 66 ms.
     */
    private static final Duration TRANSACTION_COMMIT = Duration.ofMillis(5);

    /** At least once needs no commit for a record to be visible. */
    private static final Duration OFFSET_COMMIT = Duration.ofMillis(100);

    /** How soon a commit is found to be due; {@link PollWait} waits longer where there is none. */
    private static final Duration POLL = Duration.ofMillis(5);

    /** A new transaction waits for the broker to end the last one; the default would wait 100 ms for it. */
    private static final Duration RETRY_BACKOFF = Duration.ofMillis(5);

    /** After it the broker aborts what a dead instance left open, and readers of committed records go on. */
    private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(10);

    /** How long a dead instance keeps its partitions from others; a restart under its own name does not wait. */
    private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

    /** Longer than the wait for a registry that is away. */
    private static final Duration MAX_POLL_INTERVAL = Duration.ofMinutes(5);

    /** Records with images are large: the default of 1 000 a partition would be gigabytes. */
    private static final int BUFFERED_RECORDS = 16;

    private static final int MAX_POLL_RECORDS = 64;

    /**
     * How long the broker keeps a request for which there is nothing: most of what either does without work is asking again. A record
     * is an answer at once; a partition that is assigned or resumed meanwhile waits so long at most.
     */
    private static final Duration FETCH_WAIT = Duration.ofSeconds(1);

    private StreamsProperties() {}

    static Properties of(IngestConfig config) {
        Properties properties = new Properties();
        // First, so that none of what follows can be overridden.
        properties.putAll(config.kafkaClient());
        application(properties, config);
        delivery(properties, config.delivery());
        consumers(properties, config);
        producers(properties);
        return properties;
    }

    private static void application(Properties properties, IngestConfig config) {
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, config.applicationId());
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDirectory().toString());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.threads());
        properties.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) config.replicationFactor());
        properties.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.NO_OPTIMIZATION);
        properties.put(StreamsConfig.POLL_MS_CONFIG, POLL.toMillis());
        properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_RECORDS);
        properties.put(
                StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG,
                RefusedRecordHandler.class);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class);
    }

    private static void delivery(Properties properties, Delivery delivery) {
        boolean exactlyOnce = delivery == Delivery.EXACTLY_ONCE;
        properties.put(
                StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
                exactlyOnce ? StreamsConfig.EXACTLY_ONCE_V2 : StreamsConfig.AT_LEAST_ONCE);
        properties.put(
                StreamsConfig.COMMIT_INTERVAL_MS_CONFIG,
                (exactlyOnce ? TRANSACTION_COMMIT : OFFSET_COMMIT).toMillis());
        if (exactlyOnce) {
            properties.put(
                    StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                    (int) TRANSACTION_TIMEOUT.toMillis());
        }
    }

    private static void consumers(Properties properties, IngestConfig config) {
        // Clients may write in transactions too, whatever our own guarantee is. For each consumer
        // by its
        // own name, which would win over the common one.
        for (String consumer :
                List.of(
                        StreamsConfig.CONSUMER_PREFIX,
                        StreamsConfig.MAIN_CONSUMER_PREFIX,
                        StreamsConfig.RESTORE_CONSUMER_PREFIX,
                        StreamsConfig.GLOBAL_CONSUMER_PREFIX)) {
            properties.put(consumer + ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        }
        properties.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG),
                Topics.LARGE_RECORD_BYTES);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG),
                MAX_POLL_RECORDS);
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG),
                (int) FETCH_WAIT.toMillis());
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG),
                config.instance());
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                (int) SESSION_TIMEOUT.toMillis());
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
                (int) MAX_POLL_INTERVAL.toMillis());
    }

    private static void producers(Properties properties) {
        // A dead letter is as large as the largest record of a client.
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG),
                Topics.DEAD_LETTERS.maxMessageBytes());
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG),
                RETRY_BACKOFF.toMillis());
        // Kafka Streams' default waits 100 ms for company.
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
    }
}
