package io.lavastream.standalone.redrive;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.KafkaSettings;
import io.lavastream.job.images.TicketReader;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.serialization.AvroDecoder;
import io.lavastream.serialization.Decoded;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.TopicScan;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.redrive.LastFailures.Found;
import io.lavastream.standalone.redrive.NextAttempt.Made;
import io.lavastream.topics.Topics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Sends questions that failed once more, each on its lane. What was sent already, by an earlier run or by its author, is
 * dropped by the gate. Not thread-safe.
 */
public final class Redrive {
    private static final Duration IMAGE_TIMEOUT = Duration.ofSeconds(30);

    private final Cluster cluster;
    private final Optional<Duration> timeToLive;

    /** @param timeToLive of each question, from when it is sent; empty for no deadline */
    public Redrive(Cluster cluster, Optional<Duration> timeToLive) {
        this.cluster = cluster;
        this.timeToLive = timeToLive;
    }

    /**
     * What became of one failure.
     *
     * @param at when it was written
     * @param lane of the question that was, or would be, sent; empty where none can be
     * @param reason why none can be; empty otherwise
     */
    public record Result(Failure failure, Instant at, Optional<String> lane, String reason) {}

    /**
     * Sends the questions of the failures that pass {@code filter}.
     *
     * @param dryRun whether only to say what would be sent
     * @param results told of each, in order, once it was sent
     */
    public void run(FailureFilter filter, boolean dryRun, Consumer<Result> results) {
        List<Found> wanted = lastFailures(filter).wanted();
        try (TicketReader images = images();
                VqaClient client = VqaClient.connect(cluster)) {
            NextAttempt next = new NextAttempt(ticket -> read(images, ticket), timeToLive);
            for (Found found : wanted) {
                Made made = next.of(found.failure());
                if (made instanceof Made.Ready ready && !dryRun) {
                    client.send(ready.lane(), ready.question());
                }
                results.accept(result(found, made));
            }
        }
    }

    private LastFailures lastFailures(FailureFilter filter) {
        LastFailures last = new LastFailures(filter);
        try (TopicScan scan = TopicScan.of(cluster);
                AvroDecoder<Failure> failures =
                        new AvroDecoder<>(Failure.class, cluster.registry());
                AvroDecoder<Answer> answers = new AvroDecoder<>(Answer.class, cluster.registry())) {
            scan.read(
                    Topics.FAILURES.name(),
                    filter.since(),
                    record -> {
                        if (failures.decode(record.topic(), record.value())
                                instanceof Decoded.Value<Failure> failure) {
                            last.failed(failure.value(), Instant.ofEpochMilli(record.timestamp()));
                        }
                    });
            scan.read(
                    Topics.ANSWERS.name(),
                    filter.since(),
                    record -> {
                        if (answers.decode(record.topic(), record.value())
                                instanceof Decoded.Value<Answer> answer) {
                            last.answered(
                                    answer.value().getRequestId(), answer.value().getAttempt());
                        }
                    });
        }
        return last;
    }

    private TicketReader images() {
        return new TicketReader(
                "lavastream-redrive",
                new KafkaSettings(cluster.bootstrapServers(), cluster.kafka()),
                cluster.registry(),
                1,
                1,
                0,
                Clock.systemUTC());
    }

    private static EncodedImage read(TicketReader images, ImageTicket ticket) {
        try {
            return images.fetch(ticket, Instant.now().plus(IMAGE_TIMEOUT)).join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static Result result(Found found, Made made) {
        if (made instanceof Made.Ready ready) {
            return new Result(found.failure(), found.at(), Optional.of(ready.lane()), "");
        }
        String reason = ((Made.Impossible) made).reason();
        return new Result(found.failure(), found.at(), Optional.empty(), reason);
    }
}
