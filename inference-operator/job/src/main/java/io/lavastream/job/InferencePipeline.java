package io.lavastream.job;

import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.serialization.AvroSafety;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The job as a function from settings to a pipeline. Every operator has a name that its state is found by again. */
public final class InferencePipeline {
    static {
        AvroSafety.install();
    }

    /** How long the broker keeps a fetch that finds nothing; a record is an answer at once. */
    private static final String FETCH_WAIT_MILLIS = "2000";

    private InferencePipeline() {}

    /**
     * Adds the pipelines of all lanes to {@code environment}, whose checkpointing and restarts are the caller's: requests
     * that are neither in a checkpoint nor committed as an outcome are only safe with checkpoints on.
     */
    public static void build(
            StreamExecutionEnvironment environment, JobConfig config, EngineSupplier engine) {
        // Records are never changed after they were made.
        environment.getConfig().enableObjectReuse();
        environment.setParallelism(config.parallelism());
        for (Lane lane : config.lanes()) {
            build(environment, config, lane, engine);
        }
    }

    private static void build(
            StreamExecutionEnvironment environment,
            JobConfig config,
            Lane lane,
            EngineSupplier engine) {
        SingleOutputStreamOperator<InferenceRequest> requests =
                environment
                        .fromSource(
                                source(config, lane),
                                // With watermarks, one long answer would hold back all behind it.
                                WatermarkStrategy.noWatermarks(),
                                "requests " + lane.name())
                        .uid("requests-" + lane.name())
                        .process(
                                new DecodeRequests(config.registry()),
                                new AvroType<>(InferenceRequest.class))
                        .name("decode " + lane.name())
                        .uid("decode-" + lane.name());

        AsyncDataStream.unorderedWait(
                        requests,
                        new InferenceFunction(config, lane, engine),
                        config.requestTimeout().toMillis(),
                        TimeUnit.MILLISECONDS,
                        lane.capacity())
                .name("inference " + lane.name())
                .uid("inference-" + lane.name())
                .sinkTo(
                        sink(
                                config,
                                Topics.outcomes(lane.name()),
                                new OutcomeSchema(lane.name(), config.registry())))
                .name("outcomes " + lane.name())
                .uid("outcomes-" + lane.name());

        requests.getSideOutput(DecodeRequests.DEAD_LETTERS)
                .sinkTo(sink(config, Topics.DEAD_LETTERS, new DeadLetterSchema()))
                .name("dead letters " + lane.name())
                .uid("dead-letters-" + lane.name());
    }

    /** Starts at the earliest retained request where no checkpoint says otherwise. */
    private static KafkaSource<ConsumedRecord> source(JobConfig config, Lane lane) {
        return KafkaSource.<ConsumedRecord>builder()
                .setProperties(config.kafka().clientProperties())
                .setTopics(Topics.requests(lane.name()).name())
                // For watching the lag only: offsets are restored from checkpoints.
                .setGroupId("lavastream-job-" + lane.name())
                .setClientIdPrefix("lavastream-job-requests-" + lane.name())
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setDeserializer(new BytesSchema())
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
                .setProperty(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MILLIS)
                .build();
    }

    /** At least once: the gate drops what comes twice, and a transactional sink could lose what it prepared. */
    private static <T> KafkaSink<T> sink(
            JobConfig config, Topic topic, KafkaRecordSerializationSchema<T> schema) {
        Properties client = config.kafka().clientProperties();
        return KafkaSink.<T>builder()
                .setKafkaProducerConfig(client)
                .setBootstrapServers(config.kafka().bootstrapServers())
                .setProperty(
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        Integer.toString(topic.maxMessageBytes()))
                .setProperty(ProducerConfig.LINGER_MS_CONFIG, "0")
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(schema)
                .build();
    }
}
