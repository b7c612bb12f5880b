package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.RecordPosition;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More requests than the engine has places: what waits costs little, and what is late costs less. */
class BacklogIT {
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir Path checkpoints;

    @Test
    void expiredRequestsAreDroppedQuicklyAndHardlyOneReachesTheModel() throws Exception {
        int places = 8;
        int expired = 20_000;
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("expired");
        FakeEngine engine = supplier.install(places);
        try (TestTopics topics = new TestTopics("expired")) {
            Instant deadline = Instant.now().plusSeconds(1);
            // Nobody may look for their images, which are not there.
            RecordPosition nowhere = new RecordPosition("vqa.questions.expired", 0, 7L);
            ImageReference image = Samples.ticketed(Samples.ticket(nowhere, 0, new byte[1]));
            topics.requests(
                    "expired",
                    IntStream.range(0, expired)
                            .mapToObj(
                                    i ->
                                            Samples.request(
                                                    Samples.question("late-" + i, "hold")
                                                            .setImages(List.of(image))
                                                            .setDeadline(deadline))));
            await(() -> Instant.now().isAfter(deadline));
            topics.request("expired", Samples.request("well", "what"));

            long started = System.nanoTime();
            try (InferenceJob job =
                    InferenceJob.start(config(topics, "expired", places), supplier)) {
                job.awaitRunning(START);
                long running = System.nanoTime();
                List<Outcome> outcomes = topics.outcomes("expired", expired + 1);

                System.out.printf(
                        "%d expired requests dropped within %d ms of the job's start, %d of it"
                                + " until it ran%n",
                        expired,
                        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started),
                        TimeUnit.NANOSECONDS.toMillis(running - started));
                Map<FailureCode, Long> codes =
                        outcomes.stream()
                                .filter(outcome -> outcome.getResult() instanceof Failure)
                                .map(outcome -> ((Failure) outcome.getResult()).getCode())
                                .collect(
                                        Collectors.groupingBy(code -> code, Collectors.counting()));
                assertThat(codes).isEqualTo(Map.of(FailureCode.DEADLINE_EXCEEDED, (long) expired));
                assertThat(engine.submitted).hasSize(1);
            }
        }
    }

    @Test
    void onlyThoseInTheEngineReachItWhereABacklogExpires() throws Exception {
        int places = 8;
        int backlog = 2_000;
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("expiring");
        FakeEngine engine = supplier.install(places);
        try (TestTopics topics = new TestTopics("expiring");
                InferenceJob job =
                        InferenceJob.start(config(topics, "expiring", places), supplier)) {
            job.awaitRunning(START);
            Instant deadline = Instant.now().plusSeconds(5);
            topics.requests(
                    "expiring",
                    IntStream.range(0, backlog)
                            .mapToObj(
                                    i ->
                                            Samples.request(
                                                    Samples.question("r-" + i, "hold")
                                                            .setDeadline(deadline))));
            await(() -> engine.submitted.size() == places);
            await(() -> Instant.now().isAfter(deadline));
            engine.submitted.forEach(request -> engine.release(request.id()));

            assertThat(topics.outcomes("expiring", backlog)).hasSize(backlog);
            assertThat(engine.submitted.size()).isLessThanOrEqualTo(backlog / 100);
        }
    }

    @Test
    void aCheckpointGrowsByLittleForAWaitingRequestOfAnyImageSize() throws Exception {
        int few = 4;
        int many = 64;
        FakeEngine.Supplier supplier = new FakeEngine.Supplier("growth");
        FakeEngine engine = supplier.install(many);
        try (TestTopics topics = new TestTopics("growth");
                InferenceJob job = InferenceJob.start(config(topics, "growth", many), supplier)) {
            job.awaitRunning(START);
            byte[] image = new byte[1 << 20];
            RecordPosition position = topics.question("growth", image);
            for (int i = 0; i < few; i++) {
                topics.request("growth", holding(i, position, image));
            }
            await(() -> engine.submitted.size() == few);
            job.checkpoint(START);
            long before = size(newest());

            for (int i = few; i < many; i++) {
                topics.request("growth", holding(i, position, image));
            }
            await(() -> engine.submitted.size() == many);
            job.checkpoint(START);
            long grown = size(newest()) - before;

            System.out.printf(
                    "a checkpoint grows by %d bytes a waiting request with an image of %d bytes%n",
                    grown / (many - few), image.length);
            assertThat(grown / (many - few)).isBetween(1L, 4_000L);
        }
    }

    private static InferenceRequest holding(int number, RecordPosition position, byte[] image) {
        return Samples.request(
                Samples.question("waiting-" + number, "hold")
                        .setImages(List.of(Samples.ticketed(Samples.ticket(position, 0, image)))));
    }

    /** Listed, not walked: one that was not finished may go meanwhile. */
    private Path newest() {
        return entries(checkpoints.toFile())
                .flatMap(job -> entries(job))
                .filter(file -> file.getName().startsWith("chk-"))
                .max(
                        Comparator.comparingInt(
                                file ->
                                        Integer.parseInt(
                                                file.getName().substring("chk-".length()))))
                .orElseThrow()
                .toPath();
    }

    private static Stream<File> entries(File directory) {
        return Optional.ofNullable(directory.listFiles()).stream().flatMap(Stream::of);
    }

    private static long size(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    private JobConfig config(TestTopics topics, String lane, int places) {
        return JobConfig.of(
                        topics.kafka().bootstrapServers(),
                        TestTopics.REGISTRY.url(),
                        List.of(new Lane(lane, places)),
                        checkpoints)
                // Tests take theirs themselves.
                .withCheckpoints(new Checkpoints(checkpoints.toUri(), Duration.ofHours(1), 3));
    }

    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("patience").isNegative();
            Thread.onSpinWait();
        }
    }
}
