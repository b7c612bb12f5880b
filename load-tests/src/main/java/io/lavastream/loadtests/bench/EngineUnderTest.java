package io.lavastream.loadtests.bench;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.runtime.LlavaEngine;
import java.nio.file.Path;
import java.util.List;

/**
 * An engine as the benchmarks open it: so many slots of such a length, or none at all. The caller closes it.
 *
 * @param openSeconds how long it took to load and warm up
 */
record EngineUnderTest(LlavaEngine engine, Requests requests, double openSeconds)
        implements AutoCloseable {
    private static final String BULK = EngineConfig.DEFAULT_LANES.get(1);

    /** @throws IllegalArgumentException if memory has no room for the slots */
    static EngineUnderTest open(Path checkpoint, BenchSettings settings) {
        return open(config(checkpoint, settings), settings);
    }

    /** Likewise, with one slot more, of {@code length}. */
    static EngineUnderTest withLongSlot(Path checkpoint, BenchSettings settings, int length) {
        return open(
                config(checkpoint, settings).withLongSlots(1).withLongSlotLength(length), settings);
    }

    private static EngineUnderTest open(EngineConfig config, BenchSettings settings) {
        int others = config.longSlots().orElse(0);
        int fit = LlavaEngine.slots(config) - others;
        if (fit < settings.slots()) {
            throw new IllegalArgumentException(
                    "slots: %d (expected: at most %d, which memory has room for)"
                            .formatted(settings.slots(), fit));
        }
        return open(config);
    }

    private static EngineUnderTest open(EngineConfig config) {
        long begin = System.nanoTime();
        LlavaEngine engine = LlavaEngine.open(config);
        return new EngineUnderTest(engine, new Requests(), (System.nanoTime() - begin) / 1e9);
    }

    private static EngineConfig config(Path checkpoint, BenchSettings settings) {
        return EngineConfig.defaults(checkpoint)
                .withSlots(settings.slots())
                .withSlotLength(BenchSettings.SLOT_LENGTH)
                .withWeights(settings.weights())
                .withThreads(settings.threads())
                .withWaitingRoom(Math.max(EngineConfig.DEFAULT_WAITING_ROOM, settings.requests()));
    }

    Follower submit(List<EncodedImage> images, int words, int newTokens) {
        return Follower.submit(engine, requests.of(images, words, newTokens));
    }

    /** In the lane of what may wait. */
    Follower submitBulk(List<EncodedImage> images, int words, int newTokens) {
        SamplingParams sampling = SamplingParams.greedy().withMaxNewTokens(newTokens);
        return Follower.submit(engine, requests.of(images, words, sampling, BULK));
    }

    /** Words of a question that make a prompt of {@code positions} with {@code images}; at least one. */
    int wordsFor(int positions, List<EncodedImage> images) {
        int withOne = submit(images, 1, 1).await().tokens().prompt();
        return Math.max(1, positions - withOne + 1);
    }

    @Override
    public void close() {
        engine.close();
    }
}
