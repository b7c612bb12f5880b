package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.engine.InferenceEngine;
import io.lavastream.job.EngineSupplier;
import io.lavastream.loadtests.installation.JobProgram;
import io.lavastream.topics.Lanes;
import java.time.Duration;

/** The job with a {@link StubEngine}. */
public final class StubJob {
    /** Requests of a lane in the engine at once. */
    static final int PLACES = 32;

    private StubJob() {}

    /** Arguments: those of {@link JobProgram}, and how long an answer takes, in milliseconds. */
    public static void main(String[] arguments) {
        JobProgram.run(arguments, new Supplier(Long.parseLong(arguments[3])), PLACES);
    }

    record Supplier(long latencyMillis) implements EngineSupplier {
        @Override
        public InferenceEngine open() {
            return new StubEngine(Duration.ofMillis(latencyMillis), PLACES * Lanes.DEFAULT.size());
        }
    }
}
