package io.lavastream.loadtests.soak;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.runtime.LlavaEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * An engine under mixed load for a long time: requests join, leave, are cancelled and expire, in calm and in rush. Prints a line
 * of JSON a minute, and one at the end.
 */
final class EngineSoak {
    /** How much more than the engine takes is sent in a rush: some requests must be refused. */
    private static final int ABOVE_CAPACITY = 3;

    private static final int CALM = 2;
    private static final int LONGEST_PHASE_SECONDS = 20;
    private static final long POLL_MILLIS = 200;
    private static final long AFTER_REFUSAL_MILLIS = 50;
    private static final Duration LAST_OUTCOMES = Duration.ofMinutes(10);

    private final LlavaEngine engine;
    private final RandomRequests requests;
    private final Random random;
    private final PrintWriter out;
    private final Outcomes outcomes = new Outcomes();
    private final ScheduledExecutorService cancelling =
            Executors.newSingleThreadScheduledExecutor();
    private final JsonMapper json = JsonMapper.builder().build();
    private final long start = System.nanoTime();
    private final List<Long> resident = new ArrayList<>();

    private EngineSoak(LlavaEngine engine, long seed, PrintWriter out) {
        this.engine = engine;
        this.requests = new RandomRequests(seed, Clock.systemUTC());
        this.random = new Random(~seed);
        this.out = out;
    }

    /**
     * How it ended.
     *
     * @param whole whether every request has an outcome, and every slot and place is free
     * @param growth of resident memory in MiB, from the first third on, when every shape has been seen
     */
    record Result(boolean whole, long growth) {}

    /** Loads {@code engine}, of which nobody else makes use, for so long, and waits for what is left. */
    static Result run(LlavaEngine engine, Duration duration, long seed, PrintWriter out)
            throws IOException, InterruptedException {
        EngineSoak soak = new EngineSoak(engine, seed, out);
        soak.load(duration);
        return soak.end();
    }

    private void load(Duration duration) throws IOException, InterruptedException {
        long nextReport = TimeUnit.MINUTES.toNanos(1);
        long nextPhase = 0;
        int limit = CALM;
        while (elapsed() < duration.toNanos()) {
            if (elapsed() >= nextPhase) {
                limit = limit == CALM ? engine.capacity() + ABOVE_CAPACITY : CALM;
                nextPhase =
                        elapsed()
                                + TimeUnit.SECONDS.toNanos(
                                        1 + random.nextInt(LONGEST_PHASE_SECONDS));
            }
            if (elapsed() >= nextReport) {
                report("soak");
                nextReport += TimeUnit.MINUTES.toNanos(1);
            }
            outcomes.awaitFewerThan(limit, POLL_MILLIS);
            if (outcomes.inFlight() < limit && !submit(requests.next())) {
                TimeUnit.MILLISECONDS.sleep(AFTER_REFUSAL_MILLIS);
            }
        }
    }

    /** Waits for the last outcomes, then has every place taken once: whether all are there, and nothing is held. */
    private Result end() throws IOException, InterruptedException {
        long deadline = elapsed() + LAST_OUTCOMES.toNanos();
        while (outcomes.inFlight() > 0 && elapsed() < deadline) {
            outcomes.awaitFewerThan(1, POLL_MILLIS);
        }
        long refusedInTheEnd = fill();
        cancelling.shutdownNow();
        EngineMetrics metrics = engine.metrics();
        long open = outcomes.open();
        boolean whole =
                open == 0
                        && refusedInTheEnd == 0
                        && metrics.running() == 0
                        && metrics.waiting() == 0;
        Map<String, Object> line = line(whole ? "whole" : "LOST");
        line.put("withoutOutcome", open);
        line.put("slotsHeld", metrics.running());
        line.put("placesLost", refusedInTheEnd);
        line.put("residentGrowthMiB", growth());
        out.println(json.writeValueAsString(line));
        return new Result(whole, growth());
    }

    /** As many requests as there are places, at once; how many of them are refused. */
    private long fill() throws InterruptedException {
        long before = refused();
        CountDownLatch ended = new CountDownLatch(engine.capacity());
        for (int i = 0; i < engine.capacity(); i++) {
            Generation generation =
                    engine.submit(requests.withoutLimits(), GenerationListener.NONE);
            outcomes.watch(generation, ended::countDown);
        }
        ended.await(LAST_OUTCOMES.toMinutes(), TimeUnit.MINUTES);
        return refused() - before;
    }

    private long refused() {
        return outcomes.byKind().getOrDefault("OVERLOADED", 0L);
    }

    /** Whether the engine took it. */
    private boolean submit(GenerationRequest request) {
        Generation generation = engine.submit(request, GenerationListener.NONE);
        outcomes.watch(generation, () -> {});
        requests.patience().ifPresent(patience -> cancelAfter(patience, generation));
        return !generation.result().isCompletedExceptionally();
    }

    @SuppressWarnings(
            "FutureReturnValueIgnored") // Whether it was cancelled is seen by its outcome.
    private void cancelAfter(Duration patience, Generation generation) {
        cancelling.schedule(generation::cancel, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void report(String phase) throws IOException {
        out.println(json.writeValueAsString(line(phase)));
    }

    private Map<String, Object> line(String phase) throws IOException {
        EngineMetrics metrics = engine.metrics();
        long mebibytes = residentMebibytes();
        resident.add(mebibytes);
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("soak", phase);
        line.put("minutes", TimeUnit.NANOSECONDS.toMinutes(elapsed()));
        line.put("residentMiB", mebibytes);
        line.put("slotsHeld", metrics.running());
        line.put("waiting", metrics.waiting());
        line.put("submitted", outcomes.count());
        line.put("outcomes", outcomes.byKind());
        line.put("engine", metrics);
        return line;
    }

    private long growth() {
        return resident.get(resident.size() - 1) - resident.get(resident.size() / 3);
    }

    private long elapsed() {
        return System.nanoTime() - start;
    }

    private static long residentMebibytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) >> 10)
                .findFirst()
                .orElseThrow();
    }
}
