package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.DeviceSettings;
import io.lavastream.engine.EngineConfig;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.junit.jupiter.api.Test;

class TaskManagerGpuTest {
    private final EngineConfig config = EngineConfig.defaults(Path.of("model"));

    /** As Flink hands it over. */
    private record Resource(Map<String, String> properties) implements ExternalResourceInfo {
        @Override
        public Optional<String> getProperty(String key) {
            return Optional.ofNullable(properties.get(key));
        }

        @Override
        public Collection<String> getKeys() {
            return properties.keySet();
        }
    }

    @Test
    void theLowestGpuOfTheTaskManagerIsTakenSoThatAllTasksTakeTheSame() {
        EngineSupplier supplier = LlavaEngineSupplier.of(config);

        assertThat(gpus("3", "2").apply(supplier)).isEqualTo(gpus("2", "3").apply(supplier));
        assertThat(device(gpus("3", "2").apply(supplier)).gpu()).hasValue(2);
    }

    @Test
    void withoutTheResourceTheSettingsStay() {
        EngineSupplier supplier = LlavaEngineSupplier.of(config);

        assertThat(gpus().apply(supplier)).isSameAs(supplier);
    }

    @Test
    void settingsThatNameAGpuOrNoneDecide() {
        DeviceSettings named = DeviceSettings.of(DeviceSettings.Kind.GPU).withGpu(7);

        assertThat(device(gpus("1").apply(LlavaEngineSupplier.of(config.withDevice(named)))))
                .isEqualTo(named);
        assertThat(
                        device(
                                gpus("1")
                                        .apply(
                                                LlavaEngineSupplier.of(
                                                        config.withDevice(DeviceSettings.CPU)))))
                .isEqualTo(DeviceSettings.CPU);
    }

    @Test
    void refusesAGpuWithoutAnIndex() {
        assertThatThrownBy(() -> TaskManagerGpu.of(List.of(new Resource(Map.of()))))
                .hasMessage("external resource gpu: index missing (expected: a number)");
    }

    private static TaskManagerGpu gpus(String... indices) {
        return TaskManagerGpu.of(
                List.of(indices).stream()
                        .map(index -> new Resource(Map.of("index", index)))
                        .toList());
    }

    private static DeviceSettings device(EngineSupplier supplier) {
        return ((LlavaEngineSupplier) supplier).config().device();
    }
}
