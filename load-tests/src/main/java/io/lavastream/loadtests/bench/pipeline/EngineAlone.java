package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.standalone.service.LanePlaces;
import io.lavastream.topics.Lanes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;

/** The same questions without topics: what the engine alone needs for them. The caller closes it. Used by one thread. */
final class EngineAlone implements AutoCloseable {
    private final LlavaEngine engine;
    private final int open;
    private final Pictures pictures;
    private final String lane;
    private final SamplingParams sampling;
    private int asked;

    private EngineAlone(
            LlavaEngine engine, int open, Pictures pictures, String lane, int newTokens) {
        this.engine = engine;
        this.open = open;
        this.pictures = pictures;
        this.lane = lane;
        sampling = SamplingParams.greedy().withMaxNewTokens(newTokens);
    }

    /** Opens the model as {@code serve} does. */
    static EngineAlone open(Path model, Pictures pictures, String lane, int newTokens) {
        EngineConfig config = EngineConfig.defaults(model).withLanes(Lanes.DEFAULT);
        return new EngineAlone(
                LlavaEngine.open(config), LanePlaces.of(config), pictures, lane, newTokens);
    }

    /** Questions that it has at once. */
    int open() {
        return open;
    }

    /** Asks until {@code length} is over and returns how many that were, and how long until the last was answered. */
    Work during(Duration length) throws InterruptedException {
        long end = System.nanoTime() + length.toNanos();
        return work(count -> System.nanoTime() - end < 0);
    }

    /** Asks {@code questions}. */
    Work of(int questions) throws InterruptedException {
        return work(count -> count < questions);
    }

    private Work work(IntPredicate goOn) throws InterruptedException {
        Semaphore places = new Semaphore(open);
        AtomicReference<Throwable> failed = new AtomicReference<>();
        long begin = System.nanoTime();
        int count = 0;
        while (goOn.test(count) && failed.get() == null) {
            places.acquire();
            var unused =
                    engine.submit(request(asked++), GenerationListener.NONE)
                            .result()
                            .whenComplete(
                                    (answer, failure) -> {
                                        failed.compareAndSet(null, failure);
                                        places.release();
                                    });
            count++;
        }
        places.acquire(open);
        if (failed.get() != null) {
            throw new IllegalStateException("the engine alone", failed.get());
        }
        return new Work(count, (System.nanoTime() - begin) / 1e9);
    }

    private GenerationRequest request(int number) {
        List<EncodedImage> images =
                pictures.none() ? List.of() : List.of(EncodedImage.of(pictures.file(number)));
        return new GenerationRequest(
                "alone-" + number,
                images,
                List.of(),
                Sender.text(number),
                new AnswerFormat.Free(),
                sampling,
                lane,
                Instant.MAX,
                Optional.empty(),
                Optional.empty());
    }

    @Override
    public void close() {
        engine.close();
    }

    /** So many questions in so many seconds. */
    record Work(int questions, double seconds) {
        double perSecond() {
            return questions / seconds;
        }
    }
}
