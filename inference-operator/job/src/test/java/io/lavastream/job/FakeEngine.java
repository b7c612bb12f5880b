package io.lavastream.job;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelIdentity;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/**
 * An engine that does as the question says: {@code hold} waits for {@link #release}, {@code throw} throws, {@code fail}
 * ends with an exception that is none of the engine's, all else is answered with the question in capitals, from another
 * thread.
 */
final class FakeEngine implements InferenceEngine {
    /** How tasks find the engine that a test made; the newest by name. */
    record Supplier(String name) implements EngineSupplier {
        private static final Map<String, FakeEngine> ENGINES = new ConcurrentHashMap<>();

        FakeEngine install(int capacity) {
            FakeEngine engine = new FakeEngine(capacity);
            ENGINES.put(name, engine);
            return engine;
        }

        @Override
        public InferenceEngine open() {
            return ENGINES.get(name);
        }
    }

    final Queue<GenerationRequest> submitted = new ConcurrentLinkedQueue<>();
    final Queue<String> cancelled = new ConcurrentLinkedQueue<>();
    volatile boolean closed;
    volatile EngineMetrics metrics = new EngineMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    private final Map<String, CompletableFuture<GenerationResult>> held = new ConcurrentHashMap<>();
    private final Executor executor = ForkJoinPool.commonPool();
    private final int capacity;

    FakeEngine(int capacity) {
        this.capacity = capacity;
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        submitted.add(request);
        CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        switch (request.question()) {
            case "hold" -> held.put(request.id(), result);
            case "throw" -> throw new IllegalStateException("thrown on purpose");
            case "fail" ->
                    executor.execute(
                            () ->
                                    result.completeExceptionally(
                                            new IllegalStateException("failed on purpose")));
            default ->
                    executor.execute(
                            () ->
                                    result.complete(
                                            Samples.result(
                                                    request.question()
                                                            .toUpperCase(java.util.Locale.ROOT))));
        }
        return new Generation() {
            @Override
            public CompletableFuture<GenerationResult> result() {
                return result;
            }

            @Override
            public void cancel() {
                cancelled.add(request.id());
                end(request.id(), ErrorCode.CANCELLED);
            }
        };
    }

    void release(String id) {
        held.remove(id).complete(Samples.result("RELEASED"));
    }

    void end(String id, ErrorCode code) {
        CompletableFuture<GenerationResult> result = held.remove(id);
        if (result != null) {
            result.completeExceptionally(new EngineException(code, "ended on purpose"));
        }
    }

    boolean holds(String id) {
        return held.containsKey(id);
    }

    @Override
    public ModelIdentity model() {
        return Samples.MODEL;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public EngineMetrics metrics() {
        return metrics;
    }

    @Override
    public void close() {
        closed = true;
        held.keySet().forEach(id -> end(id, ErrorCode.SHUTTING_DOWN));
    }
}
