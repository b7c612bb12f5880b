package io.lavastream.job;

import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.serialization.AvroSafety;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.topics.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;

/** The job in a process of its own, whose engine ends the process at a question of {@code halt}. */
final class JobProcess {
    static final int HALTED = 77;

    private final Process process;
    private final CompletableFuture<Integer> exit;

    private JobProcess(Process process) {
        this.process = process;
        exit = process.onExit().thenApply(Process::exitValue);
    }

    /** Usage: BOOTSTRAP_SERVERS LANE CHECKPOINTS COMPANY. Runs until its input ends. */
    public static void main(String[] args) throws Exception {
        AvroSafety.install();
        // The registry is in memory; the same schemas in the same order have the same ids.
        SchemaRegistration.register(
                MockSchemaRegistry.getClientForScope(TestTopics.SCOPE),
                Topics.all(List.of(args[1])));
        JobConfig config =
                JobConfig.of(
                        args[0],
                        TestTopics.REGISTRY.url(),
                        List.of(new Lane(args[1], HaltingEngine.PLACES)),
                        Path.of(args[2]));
        try (InferenceJob job =
                InferenceJob.start(config, new Supplier(Integer.parseInt(args[3])))) {
            job.awaitRunning(Duration.ofMinutes(1));
            System.in.read();
        }
    }

    /**
     * Starts it.
     *
     * @param company how many requests are in the engine before it begins with the first
     */
    static JobProcess start(String bootstrapServers, String lane, Path checkpoints, int company)
            throws IOException {
        return new JobProcess(
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx512m",
                                "-XX:TieredStopAtLevel=1",
                                "--add-opens=java.base/java.util=ALL-UNNAMED",
                                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                JobProcess.class.getName(),
                                bootstrapServers,
                                lane,
                                checkpoints.toString(),
                                Integer.toString(company))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start());
    }

    /** Completes with its exit code when it has ended. */
    CompletableFuture<Integer> exit() {
        return exit;
    }

    /** Ends it in order and waits. */
    void stop() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    record Supplier(int company) implements EngineSupplier {
        @Override
        public InferenceEngine open() {
            return new HaltingEngine(company);
        }
    }

    /** Works on one request after the other, on one thread; a halt is as sudden as a fault of native code. */
    private static final class HaltingEngine implements InferenceEngine {
        static final int PLACES = 4;

        private record Job(GenerationRequest request, CompletableFuture<GenerationResult> result) {}

        private final BlockingQueue<Job> jobs = new ArrayBlockingQueue<>(PLACES);
        private final int company;

        HaltingEngine(int company) {
            this.company = company;
            Thread thread = new Thread(this::run, "halting-engine");
            thread.setDaemon(true);
            thread.start();
        }

        private void run() {
            try {
                List<Job> first = new ArrayList<>();
                while (first.size() < company) {
                    first.add(jobs.take());
                }
                first.forEach(HaltingEngine::work);
                while (true) {
                    work(jobs.take());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private static void work(Job job) {
            if (job.request().question().equals("halt")) {
                Runtime.getRuntime().halt(HALTED);
            }
            String text = job.request().question().toUpperCase(Locale.ROOT);
            job.result().complete(Samples.result(text));
        }

        @Override
        public EngineMetrics metrics() {
            return new EngineMetrics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        }

        @Override
        public Generation submit(GenerationRequest request, GenerationListener listener) {
            Job job = new Job(request, new CompletableFuture<>());
            jobs.add(job);
            return new Generation() {
                @Override
                public CompletableFuture<GenerationResult> result() {
                    return job.result();
                }

                @Override
                public void cancel() {
                    job.result().cancel(false);
                }
            };
        }

        @Override
        public ModelIdentity model() {
            return Samples.MODEL;
        }

        @Override
        public int capacity() {
            return PLACES;
        }

        @Override
        public void close() {
            // Its thread ends with the process.
        }
    }
}
