package io.lavastream.engine.runtime;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.SchedulerSettings;
import io.lavastream.engine.scheduler.Sequence;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers questions about images with a LLaVA-1.5 model. Safe for use by several threads.
 *
 * <p>A request takes a place, is prepared on a small pool (prompt and pixels), urgent ones first, is answered on the one engine
 * thread, which others help to choose sampled tokens, and its text and outcome are delivered on threads of another kind, so that
 * neither a large image nor a slow listener delays a step. The place is free again just before the result completes.
 */
public final class LlavaEngine implements InferenceEngine {
    private static final Logger LOG = LoggerFactory.getLogger(LlavaEngine.class);

    /** Decoding an image takes tens of milliseconds where the model takes seconds: two threads stay ahead of it. */
    private static final int PREPARATION_THREADS = 2;

    private static final Comparator<Accepted> BY_URGENCY =
            Comparator.<Accepted>comparingInt(accepted -> accepted.lane)
                    .thenComparing(accepted -> accepted.deadline)
                    .thenComparingLong(accepted -> accepted.arrival);

    private static final long IDLE_DELIVERY_SECONDS = 10;
    private static final long IDLE_CHOOSING_SECONDS = 10;

    /** How long a listener that does not return may hold up {@link #close}. */
    private static final long LAST_DELIVERY_SECONDS = 10;

    private final EngineConfig config;
    private final ModelDescription description;
    private final Preparation preparation;
    private final Clocks clocks;
    private final PromptLimit limit;
    private final int tileRows;
    private final int slotLength;
    private final int capacity;

    private final Counters counters = new Counters();
    private final AtomicLong arrivals = new AtomicLong();
    private final Semaphore places;
    private final ThreadPoolExecutor preparing;
    private final NamedThreads deliveryThreads = new NamedThreads("lavastream-deliver");
    private final ExecutorService delivering;
    private final Handover handover;
    private final ExecutorService choosing;
    private final EngineLoop loop;
    private final Thread engineThread;
    private final AtomicBoolean closing = new AtomicBoolean();

    /**
     * Loads the model in {@code checkpoint} with the settings of {@link EngineConfig#defaults}.
     *
     * @throws io.lavastream.engine.CheckpointException if the directory cannot be served
     */
    public static LlavaEngine open(Path checkpoint) {
        return open(EngineConfig.defaults(checkpoint));
    }

    /**
     * Loads and warms up a model; takes as long as the weights take to read. The caller closes the engine.
     *
     * <p>Weights and caches are native memory, which JavaCPP limits to a multiple of the heap unless the system properties {@code
     * org.bytedeco.javacpp.maxbytes} and {@code maxphysicalbytes} say otherwise. Where they say nothing they are set to 0, no limit; a
     * process that uses TensorFlow before it opens an engine must set them itself.
     *
     * @throws io.lavastream.engine.CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model
     */
    public static LlavaEngine open(EngineConfig config) {
        return open(config, LoadProgress.NONE);
    }

    /** As {@link #open(EngineConfig)}; {@code progress} is told how far the weights have loaded. */
    public static LlavaEngine open(EngineConfig config, LoadProgress progress) {
        ServedModel served = ServedModel.load(config, progress);
        try {
            return new LlavaEngine(served, config, Clocks.system());
        } catch (RuntimeException | Error e) {
            served.runner().close();
            throw e;
        }
    }

    /**
     * What an engine opened with {@code config} would run, and checks that {@link #open(EngineConfig)} could succeed. Quick: of the
     * weights, headers only are read.
     *
     * @throws io.lavastream.engine.CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model, or the model not the memory
     */
    public static ModelDescription check(EngineConfig config) {
        return ServedModel.describe(config);
    }

    /**
     * The slots that an engine opened with {@code config} will have, unless a device turns out to have too little memory: its {@link
     * #capacity} is the same even so. Quick: the model's weights are not read.
     *
     * @throws io.lavastream.engine.CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model, or the model not the memory
     */
    public static int slots(EngineConfig config) {
        return ServedModel.slots(config);
    }

    /**
     * Bytes outside the JVM's heap that an engine opened with {@code config} will take. Quick: the model's weights are not read.
     *
     * @throws io.lavastream.engine.CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model, or the model not the memory
     */
    public static long nativeBytes(EngineConfig config) {
        return ServedModel.nativeBytes(config);
    }

    /** Takes over {@code served}: the engine closes its model. */
    LlavaEngine(ServedModel served, EngineConfig config, Clocks clocks) {
        ModelRunner model = served.runner();
        this.config = config;
        this.description = served.description();
        this.preparation = served.preparation();
        this.clocks = clocks;
        this.limit = served.limit();
        this.tileRows = model.imageTokens();
        // Whoever counted on slots that did not fit the device waits with the others.
        this.capacity = Math.addExact(served.plannedSlots(), config.waitingRoom());
        this.places = new Semaphore(capacity);
        // As many wait here as there are places: the queue is bounded though it does not say so.
        this.preparing =
                new ThreadPoolExecutor(
                        PREPARATION_THREADS,
                        PREPARATION_THREADS,
                        0,
                        TimeUnit.SECONDS,
                        new PriorityBlockingQueue<>(),
                        new NamedThreads("lavastream-prepare"));
        // As many threads as listeners are slow, and never more than there are places.
        this.delivering =
                new ThreadPoolExecutor(
                        0,
                        Integer.MAX_VALUE,
                        IDLE_DELIVERY_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        deliveryThreads,
                        // What is handed over while the engine closes is delivered all the same.
                        (task, closed) -> task.run());
        this.handover = new Handover(delivering);
        // One thread more than help at once: a helper of the last step may not be back yet.
        this.choosing =
                new ThreadPoolExecutor(
                        0,
                        config.threads(),
                        IDLE_CHOOSING_SECONDS,
                        TimeUnit.SECONDS,
                        new SynchronousQueue<>(),
                        new NamedThreads("lavastream-choose"));
        int reserved = config.reservedOf(model.slots());
        SchedulerSettings settings =
                new SchedulerSettings(
                        model.slotLengths(),
                        reserved,
                        served.times(),
                        config.stallBudget(),
                        config.quantumOfBulk());
        this.slotLength = model.slotLength();
        this.loop =
                new EngineLoop(
                        model,
                        description.identity(),
                        new Scheduler(settings),
                        capacity,
                        clocks,
                        counters,
                        handover,
                        new SharedWork(choosing, config.threads() - 1),
                        this::company);
        this.engineThread = new NamedThreads("lavastream-engine").newThread(loop);
        LOG.info(
                "Serving {}; slots {}; {} places to wait, lanes {}, {} of the slots kept for {}",
                description,
                description.slots(),
                capacity - model.slots(),
                config.lanes(),
                reserved,
                config.lanes().get(0));
        logPieces(settings);
        engineThread.start();
    }

    private static void logPieces(SchedulerSettings settings) {
        PieceTimes times = settings.times();
        Duration longest = settings.longestStall();
        LOG.info(
                "Between two tokens stand at most {} ms of prompt work (bulk: {} ms), in pieces of {} ms or more:"
                        + " vision in {} stages, prefill of {}",
                longest.toMillis(),
                settings.bulkQuantum().toMillis(),
                times.smallestPiece().toMillis(),
                times.vision().size(),
                times.chunks().stream()
                        .map(
                                chunk ->
                                        "%d in %d ms"
                                                .formatted(chunk.length(), chunk.time().toMillis()))
                        .toList());
        if (longest.compareTo(settings.stallBudget()) > 0) {
            LOG.warn(
                    "stall-budget: {} ms (expected: at least {} ms, which the smallest piece of prompt work takes on this"
                            + " machine, at the end of a slot if not before); running answers wait up to {} ms where a prompt arrives",
                    settings.stallBudget().toMillis(),
                    longest.toMillis(),
                    longest.toMillis());
        }
    }

    @Override
    public Generation submit(GenerationRequest request, GenerationListener listener) {
        Optional<EngineException> refusal = refusal(request);
        if (refusal.isEmpty() && !places.tryAcquire()) {
            refusal = Optional.of(overloaded());
        }
        if (refusal.isPresent()) {
            counters.failed(refusal.get().code());
            return new Refused(CompletableFuture.failedFuture(refusal.get()));
        }
        Accepted accepted = new Accepted(request, listener);
        try {
            preparing.execute(accepted);
        } catch (RejectedExecutionException e) {
            accepted.active.fail(shuttingDown());
        }
        return accepted;
    }

    @Override
    public ModelIdentity model() {
        return description.identity();
    }

    /** What the model runs as. */
    public ModelDescription description() {
        return description;
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public EngineMetrics metrics() {
        return counters.snapshot();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Waits for the step under way, and a while for listeners that have not returned. May be called by a listener.
     */
    @Override
    public void close() {
        if (closing.getAndSet(true)) {
            return;
        }
        preparing.shutdown();
        for (Runnable task = preparing.getQueue().poll();
                task != null;
                task = preparing.getQueue().poll()) {
            ((Accepted) task).active.fail(shuttingDown());
        }
        // What is being prepared still goes to the loop, so the loop ends after it.
        Uninterruptibly.await(() -> preparing.awaitTermination(Long.MAX_VALUE, TimeUnit.DAYS));
        loop.stop(engineThread);
        Uninterruptibly.await(
                () -> {
                    engineThread.join();
                    return true;
                });
        LOG.info("Served {}", metrics());
        choosing.shutdown();
        delivering.shutdown();
        if (!deliveryThreads.isCurrent()
                && !Uninterruptibly.await(
                        () ->
                                delivering.awaitTermination(
                                        LAST_DELIVERY_SECONDS, TimeUnit.SECONDS))) {
            LOG.warn("A listener has not returned for {} s: interrupted", LAST_DELIVERY_SECONDS);
            delivering.shutdownNow();
        }
    }

    /** Why {@code request} is not taken, whatever room there is. */
    private Optional<EngineException> refusal(GenerationRequest request) {
        if (loop.ended().isPresent()) {
            return loop.ended();
        }
        if (closing.get()) {
            return Optional.of(shuttingDown());
        }
        if (request.model().isPresent() && !request.model().get().equals(model().name())) {
            return Optional.of(
                    new EngineException(
                            ErrorCode.UNKNOWN_MODEL,
                            "model: %s (expected: %s, or none)"
                                    .formatted(request.model().get(), model().name())));
        }
        if (!config.lanes().contains(request.lane())) {
            return Optional.of(
                    new EngineException(
                            ErrorCode.INVALID_PARAMETER,
                            "lane: %s (expected: one of %s)"
                                    .formatted(request.lane(), config.lanes())));
        }
        return Optional.empty();
    }

    private void requireRoom(PromptTokens prompt, List<FeatureRows> images) {
        int imageRows = ExpandedPrompt.rowsOf(images);
        limit.require(Math.addExact(prompt.textTokens(), imageRows), imageRows, prompt.images());
    }

    private EngineException overloaded() {
        return new EngineException(
                ErrorCode.OVERLOADED,
                "waiting room: full (expected: at most %d requests waiting or running)"
                        .formatted(capacity));
    }

    private static EngineException shuttingDown() {
        return new EngineException(ErrorCode.SHUTTING_DOWN, "the engine is closing");
    }

    /** A request that was not taken. */
    private record Refused(CompletableFuture<GenerationResult> result) implements Generation {
        @Override
        public void cancel() {
            // It has ended already.
        }
    }

    /**
     * What prepares requests computes on the cores that the model's threads have: a piece of prompt work beside it takes longer. On a GPU it does not, and
     * is a little smaller than it need be, as there are many cores beside one.
     */
    private double company() {
        return 1 + preparing.getActiveCount() / (double) config.threads();
    }

    /** A request that has a place: the caller's handle, and its own task on the preparation pool. */
    private final class Accepted implements Generation, Runnable, Comparable<Accepted> {
        private final ActiveRequest active;
        private final int lane;
        private final Instant deadline;
        private final long arrival = arrivals.getAndIncrement();

        Accepted(GenerationRequest request, GenerationListener listener) {
            counters.accepted(1);
            this.lane = config.lanes().indexOf(request.lane());
            this.deadline = request.deadline();
            this.active =
                    new ActiveRequest(
                            request,
                            new Delivery(request.id(), listener, handover),
                            new Stopwatch(clocks.nanoTime()),
                            counters,
                            places::release);
        }

        @Override
        public CompletableFuture<GenerationResult> result() {
            return active.result();
        }

        /** Who has not begun ends here; else the thread that has the request ends it at its next look. */
        @Override
        public void cancel() {
            active.cancel();
            if (preparing.remove(this)) {
                active.fail(new EngineException(ErrorCode.CANCELLED, "cancelled by the caller"));
            }
        }

        /** The order in which requests are prepared; that of the scheduler. */
        @Override
        public int compareTo(Accepted other) {
            return BY_URGENCY.compare(this, other);
        }

        @Override
        public void run() {
            Sequence sequence;
            try {
                sequence = prepare();
            } catch (EngineException e) {
                active.fail(e);
                return;
            } catch (RuntimeException | Error e) {
                LOG.error("Request {} could not be prepared", active.request().id(), e);
                active.fail(
                        new EngineException(
                                ErrorCode.INTERNAL, "the request could not be prepared: " + e, e));
                return;
            }
            loop.offer(active, sequence);
        }

        private Sequence prepare() {
            GenerationRequest request = active.request();
            requireWanted();
            PromptTokens prompt = preparation.prompt(request);
            requireRoom(prompt, preparation.rows(request));
            List<TiledImage> images = new ArrayList<>();
            for (EncodedImage image : request.images()) {
                requireWanted();
                images.add(preparation.image(image));
            }
            // Once more: a file may hold another size than its header says.
            requireRoom(prompt, images.stream().map(TiledImage::rows).toList());
            PreparedRequest prepared =
                    PreparedRequest.of(
                            prompt, images, tileRows, limit, preparation.answer(request));
            return active.prepared(prepared, lane, slotLength);
        }

        private void requireWanted() {
            Optional<EngineException> abandoned = active.abandoned(clocks.calendar().instant());
            if (abandoned.isPresent()) {
                throw abandoned.get();
            }
        }
    }
}
