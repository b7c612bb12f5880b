package io.lavastream.ingest;

import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;

/** A job that answers each request at once, and each twice, as one that is only at-least-once may. */
final class ScriptedJob implements AutoCloseable {
    private final TestClients clients;
    private final String lane;
    private final CompletableFuture<Void> work;
    private volatile boolean stopping;

    private ScriptedJob(TestClients clients, String lane) {
        this.clients = clients;
        this.lane = lane;
        work =
                CompletableFuture.runAsync(
                        this::run, task -> new Thread(task, "scripted-job").start());
    }

    static ScriptedJob start(TestClients clients, String lane) {
        return new ScriptedJob(clients, lane);
    }

    boolean isAlive() {
        return !work.isDone();
    }

    /** Throws what the job stumbled over, if it did. */
    @Override
    public void close() {
        stopping = true;
        work.join();
    }

    private void run() {
        try (KafkaConsumer<String, InferenceRequest> requests =
                        clients.consumer(Topics.requests(lane), InferenceRequest.class);
                KafkaProducer<String, Outcome> outcomes = clients.producer()) {
            while (!stopping) {
                for (ConsumerRecord<String, InferenceRequest> record :
                        requests.poll(Duration.ofMillis(20))) {
                    int attempt = record.value().getQuestion().getAttempt();
                    send(outcomes, Records.answered(record.key(), attempt, "first"));
                    send(outcomes, Records.answered(record.key(), attempt, "second"));
                }
            }
        }
    }

    private void send(KafkaProducer<String, Outcome> outcomes, Outcome outcome) {
        TestClients.send(outcomes, Topics.outcomes(lane), outcome.getRequestId(), outcome);
    }
}
