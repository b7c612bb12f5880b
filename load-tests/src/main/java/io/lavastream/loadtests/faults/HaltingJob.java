package io.lavastream.loadtests.faults;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.job.EngineSupplier;
import io.lavastream.job.LlavaEngineSupplier;
import io.lavastream.loadtests.installation.JobProgram;
import io.lavastream.standalone.cli.Home;
import io.lavastream.standalone.service.LanePlaces;
import io.lavastream.topics.Lanes;

/**
 * The job as {@code serve --roles job} runs it, with a model that ends the JVM at once when it is asked about {@link
 * #DEADLY}: as a fault of native code does.
 */
public final class HaltingJob {
    /** In the text of a question: nothing that enters the engine with it comes back. */
    static final String DEADLY = "a question that ends the process";

    private static final int KILLED = 137;

    private HaltingJob() {}

    /** Arguments: bootstrap servers, registry's address, data directory. Prints "ready" when it is. */
    public static void main(String[] arguments) {
        EngineConfig engine = EngineConfig.defaults(Home.model()).withLanes(Lanes.DEFAULT);
        JobProgram.run(
                arguments, new Supplier(LlavaEngineSupplier.of(engine)), LanePlaces.of(engine));
    }

    /** Opens the model, and puts {@link HaltingEngine} before it. */
    record Supplier(LlavaEngineSupplier model) implements EngineSupplier {
        @Override
        public InferenceEngine open() {
            return new HaltingEngine(model.open());
        }
    }

    /** An engine that a marked request ends, with the process. */
    private record HaltingEngine(InferenceEngine engine) implements InferenceEngine {
        @Override
        public Generation submit(GenerationRequest request, GenerationListener listener) {
            if (request.question().contains(DEADLY)) {
                Runtime.getRuntime().halt(KILLED);
            }
            return engine.submit(request, listener);
        }

        @Override
        public ModelIdentity model() {
            return engine.model();
        }

        @Override
        public int capacity() {
            return engine.capacity();
        }

        @Override
        public EngineMetrics metrics() {
            return engine.metrics();
        }

        @Override
        public void close() {
            engine.close();
        }
    }
}
