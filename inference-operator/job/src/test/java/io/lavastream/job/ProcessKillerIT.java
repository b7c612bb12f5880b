package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A request that ends the process it is in, and a supervisor that starts the process again. */
class ProcessKillerIT {
    private static final String LANE = "killer";
    private static final int NEIGHBOURS = 11;
    private static final int MOST_DEATHS = 3;
    private static final int PATIENCE_SECONDS = 120;

    @TempDir Path checkpoints;

    @Test
    void endsAsInternalAfterTwoDeathsAndAllOthersAreAnswered() throws Exception {
        try (TestTopics topics = new TestTopics(LANE)) {
            for (int i = 0; i < NEIGHBOURS; i++) {
                topics.request(LANE, Samples.request("neighbour-" + i, "what"));
                if (i == 2) {
                    topics.request(LANE, Samples.request("killer", "halt"));
                }
            }

            List<Integer> deaths = new ArrayList<>();
            Map<String, Object> results = new HashMap<>();
            while (results.isEmpty() && deaths.size() <= MOST_DEATHS) {
                // At its first start the killer has company in the engine.
                JobProcess job =
                        JobProcess.start(
                                topics.kafka().bootstrapServers(),
                                LANE,
                                checkpoints,
                                deaths.isEmpty() ? 4 : 0);
                try {
                    results.putAll(resultsUnlessItDies(topics, job));
                    if (results.isEmpty()) {
                        deaths.add(job.exit().get(PATIENCE_SECONDS, TimeUnit.SECONDS));
                    } else {
                        job.stop();
                    }
                } finally {
                    job.kill();
                }
            }

            assertThat(deaths).containsExactly(JobProcess.HALTED, JobProcess.HALTED);
            Failure killer = (Failure) results.remove("killer");
            assertThat(killer.getCode()).isEqualTo(FailureCode.INTERNAL);
            assertThat(killer.getRetryable()).isFalse();
            assertThat(killer.getAttempts()).isEqualTo(2);
            assertThat(killer.getDetail())
                    .isEqualTo("the process ended 2 times while it worked on this request");
            assertThat(results).hasSize(NEIGHBOURS);
            assertThat(results.values())
                    .allSatisfy(
                            result -> assertThat(((Answer) result).getText()).isEqualTo("WHAT"));
        }
    }

    /** The outcome of each request, once all have one; none if the process ends before. */
    private static Map<String, Object> resultsUnlessItDies(TestTopics topics, JobProcess job) {
        Map<String, Object> results = new HashMap<>();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!job.exit().isDone()) {
            assertThat(System.nanoTime() - end).as("%s", results.keySet()).isNegative();
            topics.outcomesNow(LANE)
                    .forEach(outcome -> results.put(outcome.getRequestId(), outcome.getResult()));
            if (results.size() == NEIGHBOURS + 1) {
                return results;
            }
        }
        return Map.of();
    }
}
