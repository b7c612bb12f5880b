package io.lavastream.engine.model;

import java.util.ArrayList;
import java.util.List;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;

/**
 * What TensorFlow did, operation by operation, in the runs of one piece of work: to find where the time goes. Tracing costs time
 * itself, some microseconds an operation; without it a run costs what it always does.
 */
public final class RunTrace {
    /** Name of the Flight Recorder's event that every run is: its thread, when it began, how long it took. */
    public static final String EVENT = "io.lavastream.ModelRun";

    /**
     * Operations run one after the other on the thread that asks for the run, where all are on one device; no other thread has to wake
     * up for it.
     */
    private static final RunOptions ON_THIS_THREAD =
            RunOptions.newBuilder().setInterOpThreadPool(-1).build();

    /** The runs of the thread that is inside {@link #of}; it makes all its runs itself. */
    private static final ThreadLocal<List<RunMetadata>> TRACED = new ThreadLocal<>();

    private RunTrace() {}

    /**
     * Does {@code work}, calls of a {@link ModelRunner} on this thread, and returns what each of its runs recorded, in order.
     */
    public static List<RunMetadata> of(Runnable work) {
        List<RunMetadata> runs = new ArrayList<>();
        TRACED.set(runs);
        try {
            work.run();
            return runs;
        } finally {
            TRACED.remove();
        }
    }

    /** Runs {@code runner}, traced if this thread is being traced. The caller closes the result. */
    static Result run(Session.Runner runner) {
        ModelRunEvent event = new ModelRunEvent();
        event.begin();
        try {
            return plainOrTraced(runner);
        } finally {
            event.commit();
        }
    }

    private static Result plainOrTraced(Session.Runner runner) {
        List<RunMetadata> runs = TRACED.get();
        if (runs == null) {
            return runner.setOptions(ON_THIS_THREAD).run();
        }
        Result result =
                runner.setOptions(
                                ON_THIS_THREAD.toBuilder()
                                        .setTraceLevel(RunOptions.TraceLevel.FULL_TRACE)
                                        .build())
                        .runAndFetchMetadata();
        result.getMetadata().ifPresent(runs::add);
        return result;
    }
}
