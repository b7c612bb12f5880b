package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.job.images.ImageException;
import io.lavastream.job.images.ImageStore;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.Test;

class RequestHandlerTest {
    private static final Duration TIMEOUT = Duration.ofHours(1);
    private static final Duration IMAGE_TIMEOUT = Duration.ofMinutes(1);

    private final MovableClock clock = new MovableClock(Samples.NOW);
    private final FakeEngine engine = new FakeEngine(4);
    private final FakeImages images = new FakeImages();
    private final AnsweredRequests answered = new AnsweredRequests();
    private final JobMetrics metrics = new JobMetrics(new UnregisteredMetricsGroup(), "test");
    private final RequestHandler handler =
            new RequestHandler(
                    "test",
                    new EngineEntrance(engine, Optional.empty()),
                    images,
                    answered,
                    metrics,
                    TIMEOUT,
                    IMAGE_TIMEOUT,
                    clock);
    private final RecordedResult output = new RecordedResult();

    @Test
    void answersWithTheImagesInTheirOrder() {
        images.add("first", "second");

        handler.handle(request("r", "what", "first", "second"), output);

        assertThat(output.answer().getText()).isEqualTo("WHAT");
        assertThat(engine.submitted.element().images())
                .extracting(EncodedImage::size)
                .containsExactly("first".length(), "second".length());
        assertThat(metrics.answered().getCount()).isEqualTo(1);
    }

    @Test
    void skipsARequestThatHasAnOutcomeOnce() {
        answered.add(new AnsweredRequest("r", 1, 0));

        handler.handle(request("r", "what"), output);
        RecordedResult second = new RecordedResult();
        handler.handle(request("r", "what"), second);

        assertThat(output.outcomes()).isEmpty();
        assertThat(second.answer().getText()).isEqualTo("WHAT");
        assertThat(metrics.skipped().getCount()).isEqualTo(1);
    }

    @Test
    void dropsAnExpiredRequestBeforeItsImagesAreRead() {
        InferenceRequest late =
                Samples.request(
                        Samples.question("r", "what")
                                .setImages(List.of(image("first")))
                                .setDeadline(Samples.NOW));

        handler.handle(late, output);

        assertThat(output.failure().getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
        assertThat(output.failure().getRetryable()).isFalse();
        assertThat(images.asked).isEmpty();
        assertThat(engine.submitted).isEmpty();
        assertThat(metrics.expiredBeforeFetch().getCount()).isEqualTo(1);
    }

    @Test
    void anImageThatCannotBeHadFailsItsRequest() {
        handler.handle(request("r", "what", "missing"), output);

        assertThat(output.failure().getCode()).isEqualTo(FailureCode.IMAGE_EXPIRED);
        assertThat(output.failure().getStage()).isEqualTo(Stage.FETCH);
        assertThat(engine.submitted).isEmpty();
    }

    @Test
    void whatTheEngineThrowsBecomesAFailure() {
        handler.handle(request("r", "throw"), output);

        assertThat(output.failure().getCode()).isEqualTo(FailureCode.INTERNAL);
        assertThat(output.failure().getDetail()).contains("thrown on purpose");
        assertThat(metrics.failed(FailureCode.INTERNAL).getCount()).isEqualTo(1);
    }

    @Test
    void aTimeoutFreesTheEnginesPlace() {
        InferenceRequest request = request("r", "hold");
        handler.handle(request, output);

        handler.expire(request, output);

        assertThat(engine.cancelled).containsExactly("r");
        assertThat(output.failure().getCode()).isEqualTo(FailureCode.INTERNAL);
        assertThat(output.failure().getRetryable()).isTrue();
        assertThat(output.failure().getStage()).isEqualTo(Stage.INFERENCE);
    }

    @Test
    void aTimeoutBesideTheOutcomeIsNoSecondOne() {
        InferenceRequest request = request("r", "hold");
        handler.handle(request, output);
        engine.release("r");
        RecordedResult second = new RecordedResult();

        handler.expire(request, second);

        assertThat(output.answer().getText()).isEqualTo("RELEASED");
        assertThat(second.isOpen()).isTrue();
        assertThat(metrics.failed(FailureCode.INTERNAL).getCount()).isZero();
    }

    @Test
    void aTimeoutBehindTheDeadlineSaysSo() {
        InferenceRequest request =
                Samples.request(
                        Samples.question("r", "hold").setDeadline(Samples.NOW.plusSeconds(1)));
        handler.handle(request, output);
        clock.advance(Duration.ofSeconds(1));

        handler.expire(request, output);

        assertThat(output.failure().getCode()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
    }

    @Test
    void aTimeoutWhileImagesAreReadKeepsTheRequestFromTheEngine() {
        CompletableFuture<EncodedImage> slow = new CompletableFuture<>();
        images.slow = slow;
        InferenceRequest request = request("r", "what", "slow");
        handler.handle(request, output);

        handler.expire(request, output);
        slow.complete(EncodedImage.of(new byte[1]));

        assertThat(output.failure().getStage()).isEqualTo(Stage.FETCH);
        assertThat(engine.submitted).isEmpty();
    }

    @Test
    void closingLeavesWhatRunsWithoutAnOutcome() {
        handler.handle(request("r", "hold"), output);

        handler.close();
        engine.release("r");

        assertThat(engine.cancelled).isEmpty();
        assertThat(output.isOpen()).isTrue();
    }

    @Test
    void aRequestThatComesAgainJoinsItsFirstRun() {
        RecordedResult second = new RecordedResult();
        handler.handle(request("r", "hold"), output);
        handler.handle(request("r", "hold"), second);

        engine.release("r");

        assertThat(output.answer().getText()).isEqualTo("RELEASED");
        assertThat(second.answer().getText()).isEqualTo("RELEASED");
        assertThat(engine.submitted).hasSize(1);
    }

    @Test
    void anEngineThatClosesUnderTheJobSendsItBackToItsCheckpoint() {
        handler.handle(request("r", "hold"), output);

        engine.end("r", ErrorCode.SHUTTING_DOWN);

        assertThat(output.failureOfTheJob()).isInstanceOf(EngineException.class);
    }

    @Test
    void anEngineThatFailsEndsTheJobWithoutAnOutcome() {
        handler.handle(request("r", "hold"), output);

        engine.end("r", ErrorCode.ENGINE_FAILED);

        assertThat(output.failureOfTheJob())
                .isInstanceOf(SuppressRestartsException.class)
                .hasCauseInstanceOf(EngineException.class);
        assertThat(metrics.failed(FailureCode.INTERNAL).getCount()).isZero();
    }

    @Test
    void imagesAreGivenUpAtTheDeadlineOrTheirTimeout() {
        images.add("first");
        handler.handle(request("a", "what", "first"), output);
        handler.handle(
                Samples.request(
                        Samples.question("b", "what")
                                .setImages(List.of(image("first")))
                                .setDeadline(Samples.NOW.plusSeconds(5))),
                new RecordedResult());

        assertThat(images.givenUpAt)
                .containsExactly(Samples.NOW.plus(IMAGE_TIMEOUT), Samples.NOW.plusSeconds(5));
    }

    private static InferenceRequest request(String id, String text, String... uris) {
        return Samples.request(
                Samples.question(id, text)
                        .setImages(
                                java.util.Arrays.stream(uris)
                                        .map(RequestHandlerTest::image)
                                        .toList()));
    }

    private static ImageReference image(String uri) {
        return ImageReference.newBuilder().setUri(uri).build();
    }

    /** Holds images by address; the bytes are as many as the address has letters. */
    private static final class FakeImages implements ImageStore {
        private final List<String> present = new ArrayList<>();
        private final List<String> asked = new ArrayList<>();
        private final List<Instant> givenUpAt = new ArrayList<>();
        private CompletableFuture<EncodedImage> slow;

        void add(String... uris) {
            present.addAll(List.of(uris));
        }

        @Override
        public CompletableFuture<EncodedImage> fetch(ImageReference reference, Instant giveUpAt) {
            asked.add(reference.getUri());
            givenUpAt.add(giveUpAt);
            if (slow != null) {
                return slow;
            }
            if (present.contains(reference.getUri())) {
                return CompletableFuture.completedFuture(
                        EncodedImage.of(new byte[reference.getUri().length()]));
            }
            return CompletableFuture.failedFuture(
                    new ImageException(FailureCode.IMAGE_EXPIRED, false, "gone"));
        }

        @Override
        public void close() {}
    }
}
