package io.lavastream.job;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one way into a process's engine, for all lanes. A request that is in the engine already is joined, not computed
 * twice: a task that was restarted finds its requests still running. Who was in the engine when the last process died is
 * let in first, and alone, so that the next death has one suspect; who was there at two deaths is not let in. What
 * exceeds the engine's places waits here. Safe for use by several threads.
 */
final class EngineEntrance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineEntrance.class);

    private final InferenceEngine engine;
    private final int places;

    // Guarded by this. Nobody else's code is called while it is held.
    private final Optional<CrashJournal> journal;
    private final Map<RequestId, Run> runs = new HashMap<>();
    private final Deque<Run> suspects = new ArrayDeque<>();
    private final Deque<Run> waiting = new ArrayDeque<>();
    private int inEngine;
    private boolean oneIsAlone;
    private boolean engineFailed;

    /** @param journal which requests died; closed by the entrance. Empty where deaths are not remembered */
    EngineEntrance(InferenceEngine engine, Optional<CrashJournal> journal) {
        this.engine = engine;
        this.journal = journal;
        places = engine.capacity();
        journal.map(CrashJournal::suspects)
                .filter(known -> !known.isEmpty())
                .ifPresent(
                        known ->
                                LOG.warn(
                                        "in the engine when the process ended, now let in alone:"
                                                + " {}",
                                        known));
    }

    /** One caller's share in a request's run. */
    interface Entered extends Generation {
        /** Gives up the share and lets the run go on: it may be asked for again. */
        void leave();
    }

    /**
     * Lets {@code request} in now or later, and returns at once. As {@link InferenceEngine#submit}; the result may also
     * be a {@link DeadlyRequestException}.
     */
    Entered submit(RequestId id, GenerationRequest request) {
        Run run;
        synchronized (this) {
            run = runs.get(id);
            if (run == null) {
                run = new Run(id, request);
                int deaths = journal.map(kept -> kept.deaths(id)).orElse(0);
                if (deaths >= CrashJournal.MOST_DEATHS) {
                    LOG.error("{} is not let in: {} deaths", id, deaths);
                    run.result.completeExceptionally(new DeadlyRequestException(deaths));
                    return new Share(run);
                }
                run.suspect = deaths > 0;
                runs.put(id, run);
                (run.suspect ? suspects : waiting).add(run);
            }
            run.shares++;
        }
        letIn();
        return new Share(run);
    }

    /** Ends without a death of the process. The engine is closed before. */
    @Override
    public synchronized void close() {
        // The requests under which an engine broke are suspects like those under which a process
        // died.
        if (!engineFailed) {
            journal.ifPresent(CrashJournal::close);
        }
    }

    private void letIn() {
        for (Run run : nextRuns()) {
            Generation generation = start(run);
            var unused =
                    generation
                            .result()
                            .whenComplete((result, failure) -> ended(run, result, failure));
            boolean cancelled;
            synchronized (this) {
                run.generation = generation;
                cancelled = run.cancelled;
            }
            if (cancelled) {
                generation.cancel();
            }
        }
    }

    private synchronized List<Run> nextRuns() {
        List<Run> next = new ArrayList<>();
        if (oneIsAlone) {
            return next;
        }
        if (!suspects.isEmpty()) {
            if (inEngine == 0) {
                oneIsAlone = true;
                next.add(enter(suspects.poll()));
            }
            return next; // Nobody passes a suspect, or it would never be alone.
        }
        while (inEngine < places && !waiting.isEmpty()) {
            next.add(enter(waiting.poll()));
        }
        return next;
    }

    private Run enter(Run run) {
        inEngine++;
        journal.ifPresent(kept -> kept.enter(run.id));
        return run;
    }

    private Generation start(Run run) {
        try {
            return engine.submit(run.request, GenerationListener.NONE);
        } catch (RuntimeException e) {
            return new Refused(CompletableFuture.failedFuture(e));
        }
    }

    private void ended(Run run, GenerationResult result, Throwable failure) {
        synchronized (this) {
            inEngine--;
            runs.remove(run.id, run);
            if (run.suspect) {
                oneIsAlone = false;
            }
            if (isEndOfEngine(failure)) {
                engineFailed = true;
            } else {
                journal.ifPresent(kept -> kept.leave(run.id));
            }
        }
        if (failure == null) {
            run.result.complete(result);
        } else {
            run.result.completeExceptionally(failure);
        }
        letIn();
    }

    private static boolean isEndOfEngine(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof EngineException ended && ended.code() == ErrorCode.ENGINE_FAILED;
    }

    /** A request that is in the engine, or waits to be. */
    private static final class Run {
        private final RequestId id;
        private final GenerationRequest request;
        private final CompletableFuture<GenerationResult> result = new CompletableFuture<>();
        private boolean suspect;

        // Guarded by the entrance.
        private int shares;
        private boolean cancelled;
        private Generation generation;

        Run(RequestId id, GenerationRequest request) {
            this.id = id;
            this.request = request;
        }
    }

    private record Refused(CompletableFuture<GenerationResult> result) implements Generation {
        @Override
        public void cancel() {
            // It has ended already.
        }
    }

    private final class Share implements Entered {
        private final Run run;
        private boolean given;

        Share(Run run) {
            this.run = run;
        }

        @Override
        public CompletableFuture<GenerationResult> result() {
            return run.result;
        }

        /** Ends the run with its last share. */
        @Override
        public void cancel() {
            Generation started;
            synchronized (EngineEntrance.this) {
                if (!giveUp() || run.shares > 0) {
                    return;
                }
                run.cancelled = true;
                started = run.generation;
                suspects.remove(run);
                waiting.remove(run);
                runs.remove(run.id, run); // Who asks now shall not join what ends.
            }
            if (started != null) {
                started.cancel();
            }
        }

        @Override
        public void leave() {
            synchronized (EngineEntrance.this) {
                if (giveUp() && run.shares == 0 && (suspects.remove(run) || waiting.remove(run))) {
                    runs.remove(run.id); // It has not begun: nothing would be saved.
                }
            }
        }

        private boolean giveUp() {
            boolean first = !given;
            if (first) {
                given = true;
                run.shares--;
            }
            return first;
        }
    }
}
