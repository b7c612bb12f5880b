package io.lavastream.job;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.job.EngineEntrance.Entered;
import io.lavastream.job.images.ImageStore;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** One request on its way through images and engine. Safe for use by several threads. */
final class RequestCall {
    private final InferenceRequest request;
    private final Instant received;
    private final Clock clock;
    private final AtomicBoolean ended = new AtomicBoolean();

    // Guarded by this.
    private boolean givenUp;
    private boolean submitted;
    private Entered entered;

    RequestCall(InferenceRequest request, Clock clock) {
        this.request = request;
        this.clock = clock;
        received = clock.instant();
    }

    TicketedQuestion question() {
        return request.getQuestion();
    }

    /** Reads the images, asks the engine, and translates its answer; completes exceptionally with what went wrong. */
    CompletableFuture<Outcome> run(
            ImageStore images, EngineEntrance engine, String lane, Instant giveUpAt) {
        return fetch(images, giveUpAt)
                .thenCompose(
                        fetched -> {
                            Duration fetch = Duration.between(received, clock.instant());
                            return submit(
                                            engine,
                                            RequestTranslator.toEngine(question(), fetched, lane))
                                    .thenApply(result -> answered(result, fetch));
                        });
    }

    /** One image after the other, so that a request never has more than one image waiting to be read. */
    private CompletableFuture<List<EncodedImage>> fetch(ImageStore images, Instant giveUpAt) {
        CompletableFuture<List<EncodedImage>> fetched =
                CompletableFuture.completedFuture(List.of());
        for (ImageReference reference : question().getImages()) {
            fetched =
                    fetched.thenCompose(
                            before ->
                                    images.fetch(reference, giveUpAt)
                                            .thenApply(image -> append(before, image)));
        }
        return fetched;
    }

    private static List<EncodedImage> append(List<EncodedImage> before, EncodedImage image) {
        List<EncodedImage> all = new ArrayList<>(before);
        all.add(image);
        return all;
    }

    private CompletableFuture<GenerationResult> submit(
            EngineEntrance engine, GenerationRequest translated) {
        synchronized (this) {
            if (givenUp) {
                return CompletableFuture.failedFuture(new CancellationException());
            }
            submitted = true;
        }
        // Not under the lock: others may enter, and end, in this thread.
        Entered share = engine.submit(RequestId.of(translated.lane(), question()), translated);
        boolean late;
        synchronized (this) {
            entered = share;
            late = givenUp;
        }
        if (late) {
            share.cancel();
        }
        return share.result();
    }

    private Outcome answered(GenerationResult result, Duration fetch) {
        Duration queued = Duration.between(request.getAdmittedAt(), received);
        // The gate's clock may be ahead of ours.
        Duration sinceAdmission = queued.isNegative() ? Duration.ZERO : queued;
        return OutcomeTranslator.answered(question(), result, sinceAdmission, fetch);
    }

    /** Gives up the request wherever it is; its place in the engine is free after the step under way. */
    void cancel() {
        giveUp().ifPresent(Entered::cancel);
    }

    /** Gives up the request, but lets the engine finish what it has begun. */
    void leave() {
        giveUp().ifPresent(Entered::leave);
    }

    private synchronized Optional<Entered> giveUp() {
        givenUp = true;
        return Optional.ofNullable(entered);
    }

    /** Where it is now. */
    synchronized Stage stage() {
        return submitted ? Stage.INFERENCE : Stage.FETCH;
    }

    /** True for the first caller only, who then decides the outcome. */
    boolean end() {
        return ended.compareAndSet(false, true);
    }
}
