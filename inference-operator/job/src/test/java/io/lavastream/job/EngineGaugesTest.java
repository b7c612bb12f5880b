package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EngineMetrics;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class EngineGaugesTest {
    @Test
    void everyNumberOfTheEngineIsShownByItsName() throws Exception {
        FakeEngine engine = new FakeEngine(1);
        engine.metrics = new EngineMetrics(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
        Recorded recorded = new Recorded();

        EngineGauges.register(recorded, engine);

        Map<String, Object> expected = new HashMap<>();
        for (var component : EngineMetrics.class.getRecordComponents()) {
            Number value = (Number) component.getAccessor().invoke(engine.metrics);
            expected.put(component.getName(), value.longValue());
        }
        assertThat(recorded.values()).isEqualTo(expected).hasSize(15);
    }

    /** Keeps the gauges of itself and of all groups below. */
    private static final class Recorded extends UnregisteredMetricsGroup {
        private final Map<String, Gauge<?>> gauges = new HashMap<>();

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            gauges.put(name, gauge);
            return gauge;
        }

        @Override
        public MetricGroup addGroup(String name) {
            return this;
        }

        Map<String, Object> values() {
            Map<String, Object> values = new HashMap<>();
            gauges.forEach((name, gauge) -> values.put(name, gauge.getValue()));
            return values;
        }
    }
}
