package io.lavastream.loadtests.faults;

import io.lavastream.schemas.Image;
import io.lavastream.schemas.Question;
import io.lavastream.serialization.AvroEncoder;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Sends questions at a steady rate, whether earlier ones are answered or not: on both lanes, with the picture inside or
 * by its id. The seed decides what is asked. Safe for use by several threads.
 */
final class Load implements AutoCloseable {
    /** Longer than any outage: what was once given to the producer is acknowledged in the end. */
    private static final Duration DELIVERY_TIMEOUT = Duration.ofMinutes(10);

    private static final String OF_ITS_OWN = "-of-its-own";
    private static final double SHARE_OF_BULK = 0.3;
    private static final double SHARE_BY_ID = 0.3;

    private final KafkaProducer<String, byte[]> producer;
    private final AvroEncoder<Question> questions;
    private final AvroEncoder<Image> images;
    private final List<Ask> asks;
    private final Ledger ledger;
    private final SplittableRandom random;
    private final ScheduledExecutorService sender;
    private volatile String prefix = "";

    Load(Cluster cluster, List<Ask> asks, Ledger ledger, long seed) {
        this.asks = List.copyOf(asks);
        this.ledger = ledger;
        random = new SplittableRandom(seed);
        producer =
                new KafkaProducer<>(
                        config(cluster), new StringSerializer(), new ByteArraySerializer());
        questions = new AvroEncoder<>(cluster.registry());
        images = new AvroEncoder<>(cluster.registry());
        sender =
                Executors.newSingleThreadScheduledExecutor(
                        work -> {
                            Thread thread = new Thread(work, "load");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Sends the pictures on their own, for the questions that name them, and waits until the broker has them. */
    void sendImages() throws InterruptedException {
        try {
            for (Ask ask : asks) {
                byte[] bytes = images.serialize(Topics.IMAGES_TOPIC.name(), ask.image());
                producer.send(
                                new ProducerRecord<>(
                                        Topics.IMAGES_TOPIC.name(), ask.imageId(), bytes))
                        .get();
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("images: " + e.getCause().getMessage(), e);
        }
    }

    /**
     * Sends one question of its own among those of the present round and waits for its outcome.
     *
     * @return false when it has none after {@code limit}
     */
    boolean sendAndAwait(String text, Duration limit) throws InterruptedException {
        String requestId = prefix + OF_ITS_OWN;
        Question question = Question.newBuilder().setRequestId(requestId).setText(text).build();
        submit(Lanes.INTERACTIVE, question, "");
        return ledger.await(() -> ledger.hasOutcome(requestId), limit);
    }

    /** Whether {@link #sendAndAwait} sent it. */
    static boolean isOfItsOwn(String requestId) {
        return requestId.endsWith(OF_ITS_OWN);
    }

    /** Begins to send under ids that begin with {@code prefixOfIds}; the caller cancels it. */
    ScheduledFuture<?> begin(String prefixOfIds, double perSecond) {
        prefix = prefixOfIds;
        int[] count = {0}; // touched by the sending thread only
        return sender.scheduleAtFixedRate(
                () -> send("%s-%04d".formatted(prefixOfIds, count[0]++)),
                0,
                (long) (TimeUnit.SECONDS.toNanos(1) / perSecond),
                TimeUnit.NANOSECONDS);
    }

    private void send(String requestId) {
        Ask ask = asks.get(random.nextInt(asks.size()));
        boolean byId = random.nextDouble() < SHARE_BY_ID;
        String lane = random.nextDouble() < SHARE_OF_BULK ? Lanes.BULK : Lanes.INTERACTIVE;
        submit(lane, ask.question(requestId, byId), ask.answer());
    }

    private void submit(String lane, Question question, String expected) {
        String requestId = question.getRequestId();
        String topic = Topics.questions(lane).name();
        byte[] bytes;
        synchronized (questions) {
            bytes = questions.serialize(topic, question);
        }
        ledger.sent(requestId, expected, System.nanoTime());
        var unused =
                producer.send(
                        new ProducerRecord<>(topic, requestId, bytes),
                        (metadata, failure) -> {
                            if (failure == null) {
                                ledger.acknowledged(requestId);
                            }
                        });
    }

    /** Waits until everything that was sent is acknowledged or has failed. */
    void flush() {
        producer.flush();
    }

    @Override
    public void close() {
        sender.shutdownNow();
        producer.close(Duration.ZERO);
        questions.close();
        images.close();
    }

    private static Map<String, Object> config(Cluster cluster) {
        Map<String, Object> config = cluster.clientConfig();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis());
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, DELIVERY_TIMEOUT.toMillis());
        config.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 500);
        return config;
    }
}
