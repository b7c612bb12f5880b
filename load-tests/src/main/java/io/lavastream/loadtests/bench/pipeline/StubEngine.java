package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.FinishReason;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelIdentity;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Answers every request after the same time, however many there are at once: what is left is the pipeline. Thread-safe. */
final class StubEngine implements InferenceEngine {
    private static final ModelIdentity MODEL = new ModelIdentity("stub", "0", "none", "pad");

    private final Duration latency;
    private final int capacity;
    private final Semaphore places;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(
                    work -> {
                        Thread thread = new Thread(work, "stub-engine");
                        thread.setDaemon(true);
                        return thread;
                    });

    StubEngine(Duration latency, int capacity) {
        this.latency = latency;
        this.capacity = capacity;
        places = new Semaphore(capacity);
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        if (places.tryAcquire()) {
            var unused =
                    timer.schedule(
                            () -> {
                                places.release();
                                result.complete(answer());
                            },
                            latency.toNanos(),
                            TimeUnit.NANOSECONDS);
        } else {
            result.completeExceptionally(
                    new EngineException(
                            ErrorCode.OVERLOADED,
                            "more than %d requests (expected: never)".formatted(capacity)));
        }
        return new Answering(result);
    }

    private GenerationResult answer() {
        return new GenerationResult(
                "stub",
                FinishReason.END_OF_SEQUENCE,
                new GenerationResult.TokenCounts(1, 0, 1),
                List.of(),
                OptionalDouble.empty(),
                List.of(),
                new GenerationResult.Timings(Duration.ZERO, Duration.ZERO, latency, Duration.ZERO),
                MODEL,
                0);
    }

    @Override
    public ModelIdentity model() {
        return MODEL;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public EngineMetrics metrics() {
        return new EngineMetrics(
                0, capacity - places.availablePermits(), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }

    /** One whose place is taken until its time is over, cancelled or not. */
    private record Answering(CompletableFuture<GenerationResult> result) implements Generation {
        @Override
        public void cancel() {
            result.cancel(false);
        }
    }
}
