package io.lavastream.job;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.job.images.ImageStore;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.streaming.api.functions.async.ResultFuture;

/**
 * Gives every request its outcome, and no request the power to stop the job. A request that is cut off, because the
 * task or the engine closes, gets none: it is in the last checkpoint and runs again. When the engine has broken, the
 * job ends for good, so that whoever runs the process starts another.
 *
 * <p>Called by one thread, the task's; what it starts ends on threads of the image store and the engine.
 */
final class RequestHandler implements AutoCloseable {
    private final String lane;
    private final EngineEntrance engine;
    private final ImageStore images;
    private final AnsweredRequests answered;
    private final JobMetrics metrics;
    private final Duration timeout;
    private final Duration imageTimeout;
    private final Clock clock;

    /** By identity: the same request may be in progress twice after a replay. */
    private final Map<InferenceRequest, RequestCall> calls =
            Collections.synchronizedMap(new IdentityHashMap<>());

    private volatile boolean closing;

    RequestHandler(
            String lane,
            EngineEntrance engine,
            ImageStore images,
            AnsweredRequests answered,
            JobMetrics metrics,
            Duration timeout,
            Duration imageTimeout,
            Clock clock) {
        this.lane = lane;
        this.engine = engine;
        this.images = images;
        this.answered = answered;
        this.metrics = metrics;
        this.timeout = timeout;
        this.imageTimeout = imageTimeout;
        this.clock = clock;
        metrics.watchInFlight(calls::size);
    }

    /** Starts to answer {@code request}; completes {@code output} now or later. */
    void handle(InferenceRequest request, ResultFuture<Outcome> output) {
        TicketedQuestion question = request.getQuestion();
        if (answered.take(question.getRequestId(), question.getAttempt())) {
            metrics.skipped().inc();
            output.complete(List.of());
            return;
        }
        Instant now = clock.instant();
        Instant deadline = RequestTranslator.deadline(question);
        if (!now.isBefore(deadline)) {
            metrics.expiredBeforeFetch().inc();
            emit(late(question, Stage.FETCH), output);
            return;
        }
        Duration patience = timeout.compareTo(imageTimeout) < 0 ? timeout : imageTimeout;
        Instant timesOut = now.plus(patience);
        RequestCall call = new RequestCall(request, clock);
        calls.put(request, call);
        // Nobody waits for it: finish() tells Flink.
        CompletableFuture<Outcome> unused =
                call.run(images, engine, lane, timesOut.isBefore(deadline) ? timesOut : deadline)
                        .whenComplete(
                                (outcome, failure) -> finish(request, outcome, failure, output));
    }

    /** Ends a request that took longer than the request timeout; called by Flink. */
    void expire(InferenceRequest request, ResultFuture<Outcome> output) {
        RequestCall call = calls.remove(request);
        if (call == null || !call.end()) {
            return; // Its outcome is on its way.
        }
        call.cancel();
        TicketedQuestion question = request.getQuestion();
        Stage stage = call.stage();
        emit(isLate(question) ? late(question, stage) : timedOut(question, stage), output);
    }

    private void finish(
            InferenceRequest request,
            Outcome outcome,
            Throwable failure,
            ResultFuture<Outcome> output) {
        RequestCall call = calls.remove(request);
        if (closing || call == null || !call.end()) {
            return;
        }
        if (failure == null) {
            emit(outcome, output);
            return;
        }
        Throwable cause = unwrapped(failure);
        if (cause instanceof VirtualMachineError) {
            output.completeExceptionally(cause); // A fault of the process, not of the request.
            return;
        }
        if (endsTheEngine(cause)) {
            // The job holds the engine over its restarts: only another process has another one.
            output.completeExceptionally(new SuppressRestartsException(cause));
            return;
        }
        if (isLate(request.getQuestion())) {
            emit(late(request.getQuestion(), call.stage()), output);
            return;
        }
        Optional<Outcome> failed =
                OutcomeTranslator.failed(request.getQuestion(), cause, call.stage());
        if (failed.isPresent()) {
            emit(failed.get(), output);
        } else {
            output.completeExceptionally(cause); // Back to the last checkpoint, which holds it.
        }
    }

    private static boolean endsTheEngine(Throwable cause) {
        return cause instanceof EngineException failure
                && failure.code() == ErrorCode.ENGINE_FAILED;
    }

    private void emit(Outcome outcome, ResultFuture<Outcome> output) {
        if (outcome.getResult() instanceof Failure failure) {
            metrics.failed(failure.getCode()).inc();
        } else {
            metrics.answered().inc();
        }
        output.complete(List.of(outcome));
    }

    private boolean isLate(TicketedQuestion question) {
        return !clock.instant().isBefore(RequestTranslator.deadline(question));
    }

    private Outcome late(TicketedQuestion question, Stage stage) {
        return OutcomeTranslator.failed(
                question,
                FailureCode.DEADLINE_EXCEEDED,
                false,
                "deadline: %s (now: %s)".formatted(question.getDeadline(), clock.instant()),
                stage);
    }

    private Outcome timedOut(TicketedQuestion question, Stage stage) {
        return OutcomeTranslator.failed(
                question,
                FailureCode.INTERNAL,
                true,
                "no outcome within request-timeout, %s".formatted(timeout),
                stage);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /**
     * Gives up what is in progress, without outcomes. Leaves engine and image store open: what runs goes on, and is joined
     * by the same requests when a restarted task brings them again.
     */
    @Override
    public void close() {
        closing = true;
        List<RequestCall> open;
        synchronized (calls) {
            open = List.copyOf(calls.values());
        }
        open.forEach(RequestCall::leave);
    }
}
