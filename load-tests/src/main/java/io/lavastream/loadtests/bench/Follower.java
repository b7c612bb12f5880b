package io.lavastream.loadtests.bench;

import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/** One request and the times of its tokens. Safe for use by several threads. */
final class Follower implements GenerationListener {
    private final long submitted = System.nanoTime();
    private final List<Long> times = new ArrayList<>();
    private final CompletableFuture<Void> first = new CompletableFuture<>();
    private final AtomicReference<CompletableFuture<Void>> next =
            new AtomicReference<>(new CompletableFuture<>());
    private Generation generation;

    private Follower() {}

    static Follower submit(InferenceEngine engine, GenerationRequest request) {
        Follower follower = new Follower();
        follower.generation = engine.submit(request, follower);
        return follower;
    }

    @Override
    public void onText(String piece) {
        synchronized (times) {
            times.add(System.nanoTime());
        }
        first.complete(null);
        next.getAndSet(new CompletableFuture<>()).complete(null);
    }

    /** Waits for the first token; fails where the request ends without one. */
    void awaitFirst() {
        CompletableFuture.anyOf(first, generation.result()).join();
    }

    /** Done with the first token after this call, or with the request's end; fails where the request does. */
    CompletableFuture<Object> next() {
        return CompletableFuture.anyOf(next.get(), generation.result());
    }

    GenerationResult await() {
        return generation.result().join();
    }

    /** Gives the request up and waits until it has ended. */
    void cancel() {
        generation.cancel();
        generation.result().handle((result, failure) -> true).join();
    }

    /** Seconds from the submission to the first token. */
    double timeToFirst() {
        return (times().get(0) - submitted) / 1e9;
    }

    /** When tokens came that have a text, in {@link System#nanoTime}; others are not told of. */
    List<Long> times() {
        synchronized (times) {
            return List.copyOf(times);
        }
    }

    /** Milliseconds between tokens that came at {@code from} or later, in {@link System#nanoTime}. */
    List<Double> gapsSince(long from) {
        List<Long> all = times();
        List<Double> gaps = new ArrayList<>();
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i) >= from) {
                gaps.add((all.get(i) - all.get(i - 1)) / 1e6);
            }
        }
        return gaps;
    }
}
