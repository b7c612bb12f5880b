package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.GenerationResult.TokenCounts;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.scheduler.Sequence;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request from submission to its one outcome. Owned by one thread after the other: the caller's, one that prepares it, the
 * engine's, which lets others go on with its answer while it waits for them; only {@link #cancel} and {@link #result} are for any thread.
 */
final class ActiveRequest {
    /**
     * Room for an answer that a slot should have where there is a choice: most answers are shorter, and if all that may be
     * longer took long slots, few would be left to the prompts that need them.
     */
    private static final int ANSWER_ROOM = 128;

    private GenerationRequest request;
    private final Delivery delivery;
    private final Stopwatch stopwatch;
    private final Counters counters;
    private final Runnable leave;
    private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
    private final AtomicBoolean finished = new AtomicBoolean();
    private volatile boolean cancelled;
    private volatile Runnable onCancel = () -> {};

    private ExpandedPrompt prompt;
    private Answer answer;

    /** @param leave gives the place in the engine back; run before the result completes */
    ActiveRequest(
            GenerationRequest request,
            Delivery delivery,
            Stopwatch stopwatch,
            Counters counters,
            Runnable leave) {
        this.request = request;
        this.delivery = delivery;
        this.stopwatch = stopwatch;
        this.counters = counters;
        this.leave = leave;
    }

    /** As it was submitted; without its images from when it is prepared. */
    GenerationRequest request() {
        return request;
    }

    CompletableFuture<GenerationResult> result() {
        return result;
    }

    /** Asks whoever owns it to end it. */
    void cancel() {
        cancelled = true;
        onCancel.run();
    }

    /** Has {@code action} run, on any thread, if it is cancelled from now on; who sets it looks afterwards whether it was before. */
    void onCancel(Runnable action) {
        onCancel = action;
    }

    /** Why no more work shall go into it at {@code now}, if so. */
    Optional<EngineException> abandoned(Instant now) {
        if (cancelled) {
            return Optional.of(new EngineException(ErrorCode.CANCELLED, "cancelled by the caller"));
        }
        if (!now.isBefore(request.deadline())) {
            return Optional.of(
                    new EngineException(
                            ErrorCode.DEADLINE_EXCEEDED,
                            "deadline: %s (now: %s)".formatted(request.deadline(), now)));
        }
        return Optional.empty();
    }

    /**
     * Takes what preparation made, and says how the scheduler shall see it.
     *
     * @param slotLength positions of the longest slot
     */
    Sequence prepared(PreparedRequest prepared, int lane, int slotLength) {
        prompt = prepared.prompt();
        answer = prepared.answer();
        request = withoutImages(request); // their files are as large as many answers
        int room = Math.min(request.sampling().maxNewTokens(), ANSWER_ROOM);
        return new Sequence(
                lane,
                request.deadline(),
                prepared.scheduled(),
                Math.min(prompt.length() + room, slotLength));
    }

    private static GenerationRequest withoutImages(GenerationRequest request) {
        return new GenerationRequest(
                request.id(),
                List.of(),
                request.history(),
                request.question(),
                request.format(),
                request.sampling(),
                request.lane(),
                request.deadline(),
                request.model(),
                request.system());
    }

    ExpandedPrompt prompt() {
        return prompt;
    }

    Answer answer() {
        return answer;
    }

    Stopwatch stopwatch() {
        return stopwatch;
    }

    void deliver(String piece) {
        delivery.text(piece);
    }

    void complete(FinishReason reason, ModelIdentity model) {
        GenerationResult outcome =
                new GenerationResult(
                        answer.text().strip(),
                        reason,
                        new TokenCounts(prompt.length(), prompt.imagePositions(), answer.tokens()),
                        answer.choiceProbabilities().choices(),
                        answer.choiceProbabilities().outside(),
                        answer.logProbabilities(),
                        stopwatch.timings(),
                        model,
                        answer.seed());
        finish();
        counters.completed();
        delivery.finish(
                () -> {
                    leave.run();
                    result.complete(outcome);
                });
    }

    void fail(EngineException cause) {
        finish();
        counters.failed(cause.code());
        delivery.finish(
                () -> {
                    leave.run();
                    result.completeExceptionally(cause);
                });
    }

    /** Whether its outcome is decided. */
    boolean isFinished() {
        return finished.get();
    }

    private void finish() {
        if (!finished.compareAndSet(false, true)) {
            throw new IllegalStateException("request %s: a second outcome".formatted(request.id()));
        }
        counters.accepted(-1);
    }
}
