package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Sampling;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Asks questions, each about a picture of its own, as a client does. Used by one thread. */
final class Sender implements AutoCloseable {
    private static final Duration SATURATED_LIMIT = Duration.ofMinutes(10);

    private final KafkaProducer<String, byte[]> producer;
    private final AvroEncoder<Question> encoder;
    private final Pictures pictures;
    private final int newTokens;
    private int sent;
    private final AtomicReference<Exception> failure = new AtomicReference<>();

    Sender(Cluster cluster, Pictures pictures, int newTokens) {
        this.pictures = pictures;
        this.newTokens = newTokens;
        Map<String, Object> config = cluster.clientConfig();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.questions("any").maxMessageBytes());
        producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        encoder = new AvroEncoder<>(cluster.registry());
    }

    /**
     * Asks at the given moments, however late earlier questions were sent, and returns when the broker has them.
     *
     * @param deadline of each, from when it was to be sent; empty for none
     */
    void openLoop(Phase phase, String lane, List<Long> arrivals, Optional<Duration> deadline) {
        Instant start = Instant.now();
        long begin = System.nanoTime();
        for (int i = 0; i < arrivals.size(); i++) {
            Instant sentAt = start.plusNanos(arrivals.get(i));
            long intended = begin + arrivals.get(i);
            awaitNanos(intended);
            send(phase, lane, i, intended, deadline.map(sentAt::plus));
        }
        flush();
    }

    /** Asks questions {@code from} to {@code to}, excluded, at once, and returns when the broker has them. */
    void atOnce(Phase phase, String lane, int from, int to) {
        for (int i = from; i < to; i++) {
            send(phase, lane, i, System.nanoTime(), Optional.empty());
        }
        flush();
    }

    /** Asks {@code count} questions, the next one whenever fewer than {@code open} are without an outcome. */
    void saturate(Phase phase, String lane, int count, int open) throws InterruptedException {
        saturate(phase, lane, open, asked -> asked < count);
    }

    /** The same for {@code length}. */
    void saturate(Phase phase, String lane, Duration length, int open) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        saturate(phase, lane, open, asked -> System.nanoTime() - end < 0);
    }

    private void saturate(Phase phase, String lane, int open, IntPredicate goOn)
            throws InterruptedException {
        for (int i = 0; goOn.test(i); i++) {
            if (!phase.awaitOpenAtMost(open - 1, SATURATED_LIMIT)) {
                throw new IllegalStateException("no outcome within " + SATURATED_LIMIT);
            }
            send(phase, lane, i, System.nanoTime(), Optional.empty());
        }
        flush();
    }

    private void send(
            Phase phase, String lane, int number, long intendedNanos, Optional<Instant> deadline) {
        requireSending();
        String topic = Topics.questions(lane).name();
        String id = phase.id(number);
        byte[] bytes = encoder.serialize(topic, question(id, number, deadline));
        phase.asked(number, intendedNanos);
        var unused =
                producer.send(
                        new ProducerRecord<>(topic, id, bytes),
                        (metadata, problem) -> {
                            if (problem != null) {
                                failure.compareAndSet(null, problem);
                            }
                        });
    }

    private Question question(String id, int number, Optional<Instant> deadline) {
        Question.Builder question =
                Question.newBuilder()
                        .setRequestId(id)
                        .setText(text(number))
                        .setDeadline(deadline.orElse(null))
                        .setSampling(
                                Sampling.newBuilder()
                                        .setTemperature(0.0)
                                        .setMaxNewTokens(newTokens)
                                        .build());
        if (!pictures.none()) {
            question.setImages(
                    List.of(
                            ImageSource.newBuilder()
                                    .setData(ByteBuffer.wrap(pictures.file(sent++)))
                                    .build()));
        }
        return question.build();
    }

    /** What question {@code number} asks. */
    static String text(int number) {
        return "Question %d: what is in the picture?".formatted(number);
    }

    private void flush() {
        producer.flush();
        requireSending();
    }

    private void requireSending() {
        if (failure.get() != null) {
            throw new IllegalStateException("a question was not sent", failure.get());
        }
    }

    private static void awaitNanos(long moment) {
        for (long left = moment - System.nanoTime(); left > 0; left = moment - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    @Override
    public void close() {
        producer.close(Duration.ZERO);
        encoder.close();
    }
}
