package io.lavastream.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.job.KafkaSettings;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.schemas.Times;
import io.lavastream.schemas.TokenCounts;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Stands where the Flink job does, without a model: the text {@code hold} gets its answer when {@link #release} names its
 * request, {@code fail} fails at its first attempt, all else is answered with itself.
 */
public final class ScriptedJob implements AutoCloseable {
    private final Cluster cluster;
    private final String lane;
    private final CompletableFuture<Void> work;
    private final Queue<String> released = new ConcurrentLinkedQueue<>();
    private volatile boolean stopping;

    private ScriptedJob(Cluster cluster, String lane) {
        this.cluster = cluster;
        this.lane = lane;
        work = CompletableFuture.runAsync(this::run, task -> new Thread(task, "job").start());
    }

    public static ScriptedJob start(Cluster cluster, String lane) {
        return new ScriptedJob(cluster, lane);
    }

    /** Answers a request that is held. */
    public void release(String requestId) {
        released.add(requestId);
    }

    /** Throws what the job stumbled over, if it did. */
    @Override
    public void close() {
        stopping = true;
        work.join();
    }

    private void run() {
        String topic = Topics.requests(lane).name();
        try (Consumer<byte[], byte[]> requests =
                        new KafkaSettings(cluster.bootstrapServers(), cluster.kafka())
                                .newConsumer(
                                        "scripted-job",
                                        Map.of(
                                                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                                                "earliest"));
                AvroDecoder<InferenceRequest> decoder =
                        new AvroDecoder<>(InferenceRequest.class, cluster.registry());
                KafkaProducer<byte[], byte[]> outcomes =
                        new KafkaProducer<>(
                                cluster.clientConfig(),
                                new ByteArraySerializer(),
                                new ByteArraySerializer());
                AvroEncoder<Outcome> encoder = new AvroEncoder<>(cluster.registry())) {
            requests.assign(
                    requests.partitionsFor(topic).stream()
                            .map(info -> new TopicPartition(topic, info.partition()))
                            .toList());
            Map<String, TicketedQuestion> held = new HashMap<>();
            while (!stopping) {
                for (String id = released.poll(); id != null; id = released.poll()) {
                    send(outcomes, encoder, outcome(held.remove(id)));
                }
                for (ConsumerRecord<byte[], byte[]> record : requests.poll(Duration.ofMillis(20))) {
                    TicketedQuestion question =
                            ((Decoded.Value<InferenceRequest>)
                                            decoder.decode(topic, record.value()))
                                    .value()
                                    .getQuestion();
                    if (question.getText().equals("hold")) {
                        held.put(question.getRequestId(), question);
                    } else {
                        send(outcomes, encoder, outcome(question));
                    }
                }
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer, AvroEncoder<Outcome> encoder, Outcome outcome)
            throws InterruptedException, ExecutionException {
        String topic = Topics.outcomes(lane).name();
        producer.send(
                        new ProducerRecord<>(
                                topic,
                                outcome.getRequestId().getBytes(UTF_8),
                                encoder.serialize(topic, outcome)))
                .get();
    }

    private static Outcome outcome(TicketedQuestion question) {
        boolean fails = question.getText().equals("fail") && question.getAttempt() == 1;
        return new Outcome(
                question.getRequestId(),
                question.getAttempt(),
                fails ? failure(question) : answer(question));
    }

    private static Failure failure(TicketedQuestion question) {
        return Failure.newBuilder()
                .setRequestId(question.getRequestId())
                .setAttempt(question.getAttempt())
                .setCode(FailureCode.INTERNAL)
                .setRetryable(true)
                .setDetail("failed on purpose")
                .setStage(Stage.INFERENCE)
                .build();
    }

    private static Answer answer(TicketedQuestion question) {
        return Answer.newBuilder()
                .setRequestId(question.getRequestId())
                .setAttempt(question.getAttempt())
                .setText("answer to " + question.getText())
                .setFinishReason(FinishReason.END_OF_SEQUENCE)
                .setTokens(new TokenCounts(10, 0, 2))
                .setTimes(new Times(1.0, 2.0, 3.0, 4.0, 5.0))
                .setModel("scripted")
                .setModelRevision("0")
                .build();
    }
}
