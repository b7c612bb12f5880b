package io.lavastream.job;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.topics.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job between real topics, with an engine that does as it is told. */
class InferenceJobIT {
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration CHECKPOINT = Duration.ofSeconds(20);

    @TempDir Path checkpoints;

    @Test
    void answersBothLanesAndSetsAsideWhatIsNoRequest() {
        byte[] image = "the bytes of an image".getBytes(UTF_8);
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("lanes");
        FakeEngine engine = supplier.install(8);
        try (TestTopics topics = new TestTopics("lane-a", "lane-b");
                InferenceJob job =
                        InferenceJob.start(config(topics, 4, "lane-a", "lane-b"), supplier)) {
            job.awaitRunning(START);
            RecordPosition position = topics.question("lane-a", "other".getBytes(UTF_8), image);
            topics.request(
                    "lane-a",
                    Samples.request(
                            Samples.question("pictured", "what")
                                    .setImages(
                                            List.of(
                                                    Samples.ticketed(
                                                            Samples.ticket(position, 1, image))))));
            RecordMetadata bad = topics.rawRequest("lane-a", new byte[] {1, 2, 3});
            topics.request("lane-a", Samples.request("a2", "colour"));
            topics.request("lane-b", Samples.request("b1", "shape"));

            assertThat(textById(topics.outcomes("lane-a", 2)))
                    .containsOnly(Map.entry("pictured", "WHAT"), Map.entry("a2", "COLOUR"));
            assertThat(textById(topics.outcomes("lane-b", 1)))
                    .containsOnly(Map.entry("b1", "SHAPE"));
            assertThat(imageSizes(engine, "pictured")).containsExactly(image.length);

            ConsumerRecord<byte[], byte[]> dead = topics.read(Topics.DEAD_LETTERS.name(), 1).get(0);
            assertThat(dead.value()).containsExactly(1, 2, 3);
            assertThat(header(dead, "topic")).isEqualTo("vqa.requests.lane-a");
            assertThat(header(dead, "partition")).isEqualTo("" + bad.partition());
            assertThat(header(dead, "offset")).isEqualTo("" + bad.offset());
            assertThat(header(dead, "reason")).isNotBlank();
            assertThat(job.restarts()).isZero();
        }
        assertThat(engine.closed).isTrue();
    }

    @Test
    void noRequestStopsItsNeighboursOrKeepsAPlace() {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("neighbours");
        FakeEngine engine = supplier.install(1);
        try (TestTopics topics = new TestTopics("lane-c");
                InferenceJob job =
                        InferenceJob.start(
                                config(topics, 1, "lane-c")
                                        .withRequestTimeout(Duration.ofSeconds(1)),
                                supplier)) {
            job.awaitRunning(START);
            topics.request("lane-c", Samples.request("never", "hold"));
            topics.request("lane-c", Samples.request("throws", "throw"));
            topics.request("lane-c", Samples.request("fails", "fail"));
            topics.request(
                    "lane-c",
                    Samples.request(
                            Samples.question("huge", "x".repeat(600_000))
                                    .setAttributes(Map.of("a", "y".repeat(400_000)))));
            topics.request("lane-c", Samples.request("well", "what"));

            Map<String, Object> results = new HashMap<>();
            topics.outcomes("lane-c", 5)
                    .forEach(outcome -> results.put(outcome.getRequestId(), outcome.getResult()));

            assertThat(((Answer) results.get("well")).getText()).isEqualTo("WHAT");
            for (String id : List.of("never", "throws", "fails")) {
                Failure failure = (Failure) results.get(id);
                assertThat(failure.getCode()).as(id).isEqualTo(FailureCode.INTERNAL);
                assertThat(failure.getRetryable()).as(id).isTrue();
            }
            assertThat(((Failure) results.get("never")).getDetail()).contains("request-timeout");
            // An answer of 600 kB beside 400 kB of attributes still fits; see OutcomeSchemaTest for
            // one that does not.
            assertThat(results.get("huge")).isInstanceOf(Answer.class);
            assertThat(engine.cancelled).containsExactly("never");
            assertThat(job.restarts()).isZero();
        }
    }

    @Test
    void goesOnFromItsCheckpointAndRepeatsNothingThatIsDone() throws Exception {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("resume");
        FakeEngine first = supplier.install(8);
        try (TestTopics topics = new TestTopics("lane-d")) {
            JobConfig config = config(topics, 4, "lane-d").withParallelism(2);
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                for (String id : List.of("done-1", "done-2")) {
                    topics.request("lane-d", Samples.request(id, "what"));
                }
                topics.outcomes("lane-d", 2);
                for (String id : List.of("late-1", "late-2", "open")) {
                    topics.request("lane-d", Samples.request(id, "hold"));
                }
                await(() -> first.holds("late-1") && first.holds("late-2") && first.holds("open"));
                job.checkpoint(CHECKPOINT);
                // What ends or arrives from here on, the checkpoint does not know.
                first.release("late-1");
                first.release("late-2");
                topics.request("lane-d", Samples.request("after", "what"));
                topics.outcomes("lane-d", 5);
                assertThatThrownBy(() -> InferenceJob.start(config, supplier))
                        .hasMessageContaining("is in use by another job");
            }

            FakeEngine second = supplier.install(8);
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                topics.request("lane-d", Samples.request("new", "what"));
                topics.outcomes("lane-d", 6);
                await(() -> second.holds("open"));
                assertThat(ids(second)).containsExactlyInAnyOrder("open", "new");
                job.checkpoint(CHECKPOINT);
            }

            // The newest checkpoint is damaged: the one before is as good, with more to skip.
            Path damaged = newest();
            Files.write(damaged.resolve("_metadata"), new byte[] {1, 2, 3});
            assertThat(number(newest())).isLessThan(number(damaged));
            FakeEngine third = supplier.install(8);
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                await(() -> third.holds("open"));
                topics.request("lane-d", Samples.request("newer", "what"));
                topics.outcomes("lane-d", 7);
                assertThat(ids(third)).containsExactlyInAnyOrder("open", "newer");
                third.release("open");
                topics.outcomes("lane-d", 8);
            }

            // No checkpoint at all: every request comes again, none is computed.
            delete(checkpoints);
            FakeEngine fourth = supplier.install(8);
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                topics.request("lane-d", Samples.request("newest", "what"));
                assertThat(textById(topics.outcomes("lane-d", 9))).hasSize(9);
                assertThat(ids(fourth)).containsExactly("newest");
            }
        }
    }

    @Test
    void aRequestThatTheEngineDroppedRunsAgainAndItsNeighbourRunsOn() throws Exception {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("dropped");
        FakeEngine engine = supplier.install(2);
        try (TestTopics topics = new TestTopics("lane-g");
                InferenceJob job = InferenceJob.start(config(topics, 2, "lane-g"), supplier)) {
            job.awaitRunning(START);
            topics.request("lane-g", Samples.request("dropped", "hold"));
            topics.request("lane-g", Samples.request("neighbour", "hold"));
            await(() -> engine.holds("dropped") && engine.holds("neighbour"));

            engine.end("dropped", ErrorCode.SHUTTING_DOWN);
            await(() -> engine.holds("dropped"));
            engine.release("dropped");
            topics.outcomes("lane-g", 1);
            engine.release("neighbour");

            assertThat(textById(topics.outcomes("lane-g", 2)))
                    .containsOnly(
                            Map.entry("dropped", "RELEASED"), Map.entry("neighbour", "RELEASED"));
            assertThat(job.restarts()).isEqualTo(1);
            // The restarted task found its neighbour still running, and joined it.
            assertThat(ids(engine)).containsExactlyInAnyOrder("dropped", "neighbour", "dropped");
        }
    }

    @Test
    void endsWithABrokenEngineAndAnswersAtItsNextStart() throws Exception {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("broken");
        FakeEngine broken = supplier.install(2);
        try (TestTopics topics = new TestTopics("lane-h")) {
            JobConfig config = config(topics, 2, "lane-h");
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                topics.request("lane-h", Samples.request("cut-off", "hold"));
                await(() -> broken.holds("cut-off"));
                job.checkpoint(CHECKPOINT);

                broken.end("cut-off", ErrorCode.ENGINE_FAILED);

                assertThat(job.terminated())
                        .failsWithin(START)
                        .withThrowableThat()
                        .withMessageContaining("ended on purpose");
            }
            FakeEngine sound = supplier.install(2);
            try (InferenceJob job = InferenceJob.start(config, supplier)) {
                job.awaitRunning(START);
                await(() -> sound.holds("cut-off"));
                sound.release("cut-off");

                assertThat(textById(topics.outcomes("lane-h", 1)))
                        .containsOnly(Map.entry("cut-off", "RELEASED"));
            }
        }
    }

    @Test
    void refusesMorePlacesThanTheEngineHas() {
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("places");
        FakeEngine engine = supplier.install(7);
        try (TestTopics topics = new TestTopics("lane-e", "lane-f")) {
            JobConfig config = config(topics, 4, "lane-e", "lane-f");

            assertThatThrownBy(() -> InferenceJob.start(config, supplier))
                    .hasMessage(
                            "capacities of all lanes and subtasks: 8"
                                    + " (expected: at most the engine's capacity, 7)");
        }
        assertThat(engine.closed).isTrue();
    }

    private JobConfig config(TestTopics topics, int capacity, String... lanes) {
        return JobConfig.of(
                        topics.kafka().bootstrapServers(),
                        TestTopics.REGISTRY.url(),
                        Arrays.stream(lanes).map(lane -> new Lane(lane, capacity)).toList(),
                        checkpoints)
                // Tests take theirs themselves.
                .withCheckpoints(
                        new JobConfig.Checkpoints(checkpoints.toUri(), Duration.ofHours(1), 3));
    }

    private Path newest() {
        try (CheckpointDirectory directory = CheckpointDirectory.hold(checkpoints)) {
            return directory.newest().orElseThrow().path();
        }
    }

    private static int number(Path checkpoint) {
        return Integer.parseInt(checkpoint.getFileName().toString().substring("chk-".length()));
    }

    private static void delete(Path directory) throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static Map<String, String> textById(List<Outcome> outcomes) {
        Map<String, String> texts = new HashMap<>();
        for (Outcome outcome : outcomes) {
            String previous =
                    texts.put(outcome.getRequestId(), ((Answer) outcome.getResult()).getText());
            assertThat(previous).as("outcomes of %s", outcome.getRequestId()).isNull();
        }
        return texts;
    }

    private static List<Integer> imageSizes(FakeEngine engine, String id) {
        return engine.submitted.stream()
                .filter(request -> request.id().equals(id))
                .flatMap(request -> request.images().stream())
                .map(EncodedImage::size)
                .toList();
    }

    private static List<String> ids(FakeEngine engine) {
        return engine.submitted.stream().map(GenerationRequest::id).toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader("lavastream." + name).value(), UTF_8);
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            Thread.onSpinWait();
        }
    }
}
