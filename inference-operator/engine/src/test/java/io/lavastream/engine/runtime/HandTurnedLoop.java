package io.lavastream.engine.runtime;

import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.SchedulerSettings;
import io.lavastream.engine.scheduler.Sequence;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;

/** An engine loop without a thread: a test turns it step by step, on a scripted model and a clock that it sets. */
final class HandTurnedLoop {
    final ScriptedModel model;
    final Counters counters = new Counters();
    final EngineLoop loop;

    /** Places given back. */
    final AtomicInteger left = new AtomicInteger();

    Instant now = Instant.EPOCH;

    /** What the loop measures its work by. */
    long nanos;

    /** Between two steps stands one piece of prompt work. */
    HandTurnedLoop(int slots, int slotLength, int maxChunk) {
        this(new ScriptedModel(slots, slotLength, maxChunk));
    }

    HandTurnedLoop(ScriptedModel model) {
        this(model, new SharedWork(Runnable::run, 1));
    }

    HandTurnedLoop(ScriptedModel model, SharedWork choosing) {
        this.model = model;
        PieceTimes times = model.times();
        Duration piece = times.smallestPiece();
        loop =
                new EngineLoop(
                        model,
                        new ModelIdentity("letters", "1", "none", "pad"),
                        new Scheduler(
                                new SchedulerSettings(model.slotLengths(), 0, times, piece, piece)),
                        1_000,
                        new Clocks(() -> now, () -> nanos),
                        counters,
                        new Handover(Runnable::run),
                        choosing,
                        () -> 1);
    }

    ActiveRequest offer(GenerationRequest request) {
        return offer(request, GenerationListener.NONE);
    }

    ActiveRequest offer(GenerationRequest request, GenerationListener listener) {
        counters.accepted(1);
        ActiveRequest active =
                new ActiveRequest(
                        request,
                        new Delivery(request.id(), listener, Runnable::run),
                        new Stopwatch(() -> Duration.between(Instant.EPOCH, now).toNanos()),
                        counters,
                        left::incrementAndGet);
        LetterPreparation preparation = new LetterPreparation();
        Sequence sequence =
                active.prepared(
                        PreparedRequest.of(
                                preparation.prompt(request),
                                request.images().stream().map(preparation::image).toList(),
                                ScriptedModel.IMAGE_TOKENS,
                                PromptLimit.ofSlot(model.slotLength()),
                                preparation.answer(request)),
                        0,
                        model.slotLength());
        loop.offer(active, sequence);
        return active;
    }

    /** Turns the loop until {@code request} is answered. */
    GenerationResult answer(ActiveRequest request) {
        for (int i = 0; i < 1_000 && !request.result().isDone(); i++) {
            loop.step();
        }
        return request.result().getNow(null);
    }

    void steps(int count) {
        for (int i = 0; i < count; i++) {
            loop.step();
        }
    }
}
