package io.lavastream.job;

import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.InferenceEngine;
import java.util.function.ToLongFunction;
import org.apache.flink.metrics.MetricGroup;

/**
 * What the process's engine has done and does now, under {@code lavastream.engine}, by the names of {@link EngineMetrics}. Every
 * subtask of a process shows the same engine.
 */
final class EngineGauges {
    private final MetricGroup group;
    private final InferenceEngine engine;

    private EngineGauges(MetricGroup group, InferenceEngine engine) {
        this.group = group;
        this.engine = engine;
    }

    static void register(MetricGroup parent, InferenceEngine engine) {
        new EngineGauges(parent.addGroup("lavastream").addGroup("engine"), engine).registerAll();
    }

    private void registerAll() {
        gauge("waiting", EngineMetrics::waiting);
        gauge("running", EngineMetrics::running);
        gauge("visionRuns", EngineMetrics::visionRuns);
        gauge("prefillTokens", EngineMetrics::prefillTokens);
        gauge("decodeSteps", EngineMetrics::decodeSteps);
        gauge("decodeTokens", EngineMetrics::decodeTokens);
        gauge("prefixHits", EngineMetrics::prefixHits);
        gauge("reusedTokens", EngineMetrics::reusedTokens);
        gauge("prefixCopies", EngineMetrics::prefixCopies);
        gauge("prefixEvictions", EngineMetrics::prefixEvictions);
        gauge("completed", EngineMetrics::completed);
        gauge("cancelled", EngineMetrics::cancelled);
        gauge("expired", EngineMetrics::expired);
        gauge("refused", EngineMetrics::refused);
        gauge("failed", EngineMetrics::failed);
    }

    private void gauge(String name, ToLongFunction<EngineMetrics> value) {
        group.gauge(name, () -> value.applyAsLong(engine.metrics()));
    }
}
