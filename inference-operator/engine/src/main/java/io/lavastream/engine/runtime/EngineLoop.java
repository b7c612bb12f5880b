package io.lavastream.engine.runtime;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.cache.Tile;
import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.model.StepOutput;
import io.lavastream.engine.scheduler.Scheduler;
import io.lavastream.engine.scheduler.Sequence;
import io.lavastream.engine.scheduler.Work;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine thread: schedule, run, update, until it is stopped. Owns the model and closes it at the end.
 *
 * <p>Other threads touch only the inbox ({@link #offer}), the list of who is cancelled, and {@link #stop}, and within a step help to go on with answers, each
 * with one of them; all else belongs to the engine thread.
 */
final class EngineLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineLoop.class);

    private static final Comparator<Sequence> BY_DEADLINE =
            Comparator.comparing(Sequence::deadline).thenComparingLong(Sequence::arrival);

    /** A request on its way to the engine thread. */
    private record Arrival(ActiveRequest request, Sequence sequence) {}

    private final ModelRunner model;
    private final ModelIdentity identity;
    private final Scheduler scheduler;
    private final Clocks clocks;
    private final Counters counters;
    private final Handover handover;
    private final SharedWork choosing;
    private final DoubleSupplier company;
    private final BlockingQueue<Arrival> inbox;
    private final Queue<Sequence> cancelled = new ConcurrentLinkedQueue<>();
    private final Map<Sequence, ActiveRequest> active = new HashMap<>();
    private final NavigableSet<Sequence> byDeadline = new TreeSet<>(BY_DEADLINE);

    private volatile boolean stopping;

    /** Why there will be no more steps; set once, at the end. */
    private volatile EngineException ended;

    /**
     * @param capacity most requests that are ever on their way at once
     * @param handover brings what requests deliver to others
     * @param choosing lets other threads help to choose tokens where it takes a look at all logits
     * @param company how many times as long work takes at the moment as by itself, see {@link Scheduler#next(double)}
     */
    EngineLoop(
            ModelRunner model,
            ModelIdentity identity,
            Scheduler scheduler,
            int capacity,
            Clocks clocks,
            Counters counters,
            Handover handover,
            SharedWork choosing,
            DoubleSupplier company) {
        this.model = model;
        this.identity = identity;
        this.scheduler = scheduler;
        this.clocks = clocks;
        this.counters = counters;
        this.handover = handover;
        this.choosing = choosing;
        this.company = company;
        this.inbox = new ArrayBlockingQueue<>(capacity);
    }

    /** Hands over a prepared request. From any thread; the request ends with an error where the loop has ended. */
    void offer(ActiveRequest request, Sequence sequence) {
        request.onCancel(() -> cancelled.add(sequence));
        if (!inbox.offer(new Arrival(request, sequence))) {
            request.fail(new EngineException(ErrorCode.OVERLOADED, "the engine's inbox is full"));
        }
        if (ended != null) {
            failInbox(ended); // it may have ended just before the offer
        }
    }

    /** Why the loop makes no more steps, if so. From any thread. */
    Optional<EngineException> ended() {
        return Optional.ofNullable(ended);
    }

    /** Ends the loop after the step under way. From any thread; {@code engineThread} is the one in {@link #run}. */
    void stop(Thread engineThread) {
        stopping = true;
        engineThread.interrupt(); // it may be waiting for a request
    }

    @Override
    public void run() {
        EngineException reason =
                new EngineException(ErrorCode.SHUTTING_DOWN, "the engine is closing");
        handover.begin();
        try {
            while (!stopping) {
                awaitRequest();
                step();
                handover.flush();
            }
        } catch (InterruptedException e) {
            LOG.debug("Stopped while idle");
        } catch (RuntimeException | Error e) {
            LOG.error("The engine ends: its state can no longer be trusted", e);
            reason = new EngineException(ErrorCode.ENGINE_FAILED, "the engine has ended: " + e, e);
        } finally {
            end(reason);
        }
    }

    /** One iteration: choose the work, do it, record what came out. */
    void step() {
        admit();
        dropAbandoned();
        Optional<Work> work = scheduler.next(company.getAsDouble());
        counters.running(scheduler.holdingSlots());
        if (work.isPresent()) {
            long start = clocks.nanoTime().getAsLong();
            Output output = run(work.get());
            update(output, clocks.nanoTime().getAsLong() - start);
            counters.running(scheduler.holdingSlots());
            counters.reused(scheduler.reuse());
        }
    }

    /** Waits only when nothing runs. */
    private void awaitRequest() throws InterruptedException {
        if (scheduler.isEmpty()) {
            add(inbox.take());
        }
    }

    private void admit() {
        for (Arrival arrival = inbox.poll(); arrival != null; arrival = inbox.poll()) {
            add(arrival);
        }
    }

    private void add(Arrival arrival) {
        Sequence sequence = arrival.sequence();
        active.put(sequence, arrival.request());
        scheduler.add(sequence);
        if (sequence.deadline().isBefore(Instant.MAX)) {
            byDeadline.add(sequence);
        }
        cancelled.add(sequence); // in case it was cancelled before: looked at once
    }

    /** Between two steps, who was cancelled or is too late leaves, and its slot is free. Looks at nobody else. */
    private void dropAbandoned() {
        Instant now = clocks.calendar().instant();
        for (Sequence sequence = cancelled.poll(); sequence != null; sequence = cancelled.poll()) {
            dropIfAbandoned(sequence, now);
        }
        while (!byDeadline.isEmpty() && !now.isBefore(byDeadline.first().deadline())) {
            dropIfAbandoned(byDeadline.first(), now);
        }
    }

    private void dropIfAbandoned(Sequence sequence, Instant now) {
        ActiveRequest request = active.get(sequence);
        if (request != null) {
            request.abandoned(now).ifPresent(reason -> fail(sequence, reason));
        }
    }

    private Output run(Work work) {
        work.sequences().forEach(sequence -> enterStage(work, active.get(sequence).stopwatch()));
        try {
            if (work instanceof Work.Encode encode) {
                return encode(encode);
            }
            if (work instanceof Work.Copy copy) {
                return copy(copy);
            }
            if (work instanceof Work.Prefill prefill) {
                return prefill(prefill);
            }
            return decode((Work.Decode) work);
        } catch (RuntimeException e) {
            return new Output.Fault(work, e);
        }
    }

    private static void enterStage(Work work, Stopwatch stopwatch) {
        if (work instanceof Work.Encode) {
            stopwatch.enter(Stopwatch.Stage.VISION);
        } else if (work instanceof Work.Prefill || work instanceof Work.Copy) {
            stopwatch.enter(Stopwatch.Stage.PREFILL);
        }
    }

    private Output encode(Work.Encode work) {
        return new Output.Encoded(work, model.encode(work.stage(), work.tile().values()));
    }

    private Output copy(Work.Copy work) {
        int end = work.start() + work.length();
        model.copyPrefix(work.fromSlot(), work.sequence().slot(), work.start(), end);
        return new Output.Copied(work);
    }

    private Output prefill(Work.Prefill work) {
        Sequence sequence = work.sequence();
        PromptChunk chunk =
                active.get(sequence)
                        .prompt()
                        .chunk(
                                work.start(),
                                work.length(),
                                tile -> sequence.tile(tile).values(),
                                model.rowEnd());
        float[] logits = model.prefill(sequence.slot(), work.start(), chunk);
        counters.prefilled(work.length());
        return new Output.PromptLogits(work, logits);
    }

    private Output decode(Work.Decode work) {
        int size = work.sequences().size();
        int[] slots = new int[size];
        int[] tokens = new int[size];
        int[] positions = new int[size];
        boolean logits = false;
        for (int i = 0; i < size; i++) {
            Sequence sequence = work.sequences().get(i);
            Answer answer = active.get(sequence).answer();
            slots[i] = sequence.slot();
            tokens[i] = answer.lastToken();
            positions[i] = sequence.promptLength() + answer.lastIndex();
            logits |= answer.needsLogits();
        }
        DecodeBatch batch = new DecodeBatch(slots, tokens, positions, logits);
        StepOutput step = model.decode(batch);
        counters.decoded(size);
        return new Output.NextTokens(work, batch, step);
    }

    private void update(Output output, long nanos) {
        if (output instanceof Output.Fault fault) {
            update(fault, nanos);
            return;
        }
        scheduler.done(output.work(), nanos);
        if (output instanceof Output.Encoded encoded) {
            update(encoded);
        } else if (output instanceof Output.PromptLogits logits) {
            update(logits);
        } else if (output instanceof Output.NextTokens tokens) {
            update(tokens);
        }
    }

    private void update(Output.Encoded output) {
        Tile tile = output.work().tile();
        tile.passed(output.values());
        if (tile.isEncoded()) {
            counters.visionRun();
        }
    }

    private void update(Output.PromptLogits output) {
        Sequence sequence = output.work().sequence();
        if (sequence.state() == Sequence.State.RUNNING) {
            ActiveRequest request = active.get(sequence);
            request.stopwatch().enter(Stopwatch.Stage.DECODE);
            guarded(
                    sequence,
                    () ->
                            advance(
                                    sequence,
                                    request.answer().accept(output.logits(), room(sequence))));
        }
    }

    private void update(Output.NextTokens output) {
        List<Sequence> sequences = output.work().sequences();
        DecodeBatch batch = output.batch();
        List<Supplier<Answer.Step>> steps = new ArrayList<>();
        List<Integer> choosers = new ArrayList<>();
        for (int i = 0; i < sequences.size(); i++) {
            Sequence sequence = sequences.get(i);
            scheduler.read(sequence, batch.positions()[i], batch.tokens()[i]);
            Answer answer = active.get(sequence).answer();
            int room = room(sequence);
            int index = i;
            steps.add(() -> accept(answer, output.step(), index, room));
            if (answer.choosesByItself()) {
                choosers.add(i);
            }
        }
        share(steps, choosers);
        for (int i = 0; i < sequences.size(); i++) {
            Sequence sequence = sequences.get(i);
            Supplier<Answer.Step> step = steps.get(i);
            guarded(sequence, () -> advance(sequence, step.get()));
        }
    }

    /** Has some of the steps taken, by several threads; the others are taken when they are asked for. */
    private void share(List<Supplier<Answer.Step>> steps, List<Integer> some) {
        List<Supplier<Answer.Step>> open = some.stream().map(steps::get).toList();
        List<Supplier<Answer.Step>> taken = choosing.run(open.size(), i -> open.get(i).get());
        for (int i = 0; i < some.size(); i++) {
            steps.set(some.get(i), taken.get(i));
        }
    }

    private void update(Output.Fault output, long nanos) {
        List<Sequence> hopeless = scheduler.failed(output.work(), nanos);
        LOG.warn(
                "{} failed for {} sequence(s), {} of them for the second time",
                output.work().getClass().getSimpleName(),
                output.work().sequences().size(),
                hopeless.size(),
                output.cause());
        for (Sequence sequence : hopeless) {
            fail(sequence, internal("the model failed twice", output.cause()));
        }
    }

    private static Answer.Step accept(Answer answer, StepOutput step, int index, int room) {
        return answer.needsLogits()
                ? answer.accept(step.logits()[index], room)
                : answer.accept(step.greedy()[index], room);
    }

    /** Tokens that an answer may have at most: what its prompt leaves of the slot that it asks for, whichever it got. */
    private int room(Sequence sequence) {
        return scheduler.slotLength(sequence) - sequence.promptLength();
    }

    private void advance(Sequence sequence, Answer.Step step) {
        ActiveRequest request = active.get(sequence);
        request.deliver(step.text());
        if (step.end().isPresent()) {
            leave(sequence);
            request.complete(step.end().get(), identity);
        }
    }

    /** What goes wrong with one sequence's text or token is that sequence's failure, not its neighbours'. */
    private void guarded(Sequence sequence, Runnable change) {
        ActiveRequest request = active.get(sequence);
        try {
            change.run();
        } catch (EngineException e) {
            LOG.warn("Request {} failed", active.get(sequence).request().id(), e);
            fail(sequence, e);
        } catch (RuntimeException e) {
            LOG.error("Request {} failed", request.request().id(), e);
            if (active.containsKey(sequence)) {
                leave(sequence);
            }
            if (!request.isFinished()) {
                request.fail(internal("the answer could not be continued", e));
            }
        }
    }

    private void fail(Sequence sequence, EngineException reason) {
        ActiveRequest request = active.get(sequence);
        leave(sequence);
        request.fail(reason);
    }

    private void leave(Sequence sequence) {
        scheduler.finish(sequence);
        byDeadline.remove(sequence);
        active.remove(sequence);
    }

    private void end(EngineException reason) {
        Thread.interrupted(); // stop() has been heard
        ended = reason;
        for (ActiveRequest request : new ArrayList<>(active.values())) {
            failLast(request, reason);
        }
        active.clear();
        byDeadline.clear();
        failInbox(reason);
        counters.running(0);
        try {
            handover.flush();
        } finally {
            model.close();
        }
    }

    private void failInbox(EngineException reason) {
        for (Arrival arrival = inbox.poll(); arrival != null; arrival = inbox.poll()) {
            failLast(arrival.request(), reason);
        }
    }

    /** Where memory, threads or classes have run out, an outcome may not come out as usual: it still shall, and the others'. */
    private static void failLast(ActiveRequest request, EngineException reason) {
        try {
            request.fail(reason);
        } catch (RuntimeException | Error e) {
            LOG.error("Request {} ends without its text", request.request().id(), e);
            request.result().completeExceptionally(reason);
        }
    }

    private static EngineException internal(String what, RuntimeException cause) {
        return new EngineException(ErrorCode.INTERNAL, "%s: %s".formatted(what, cause), cause);
    }
}
