package io.lavastream.job;

import io.lavastream.engine.CheckpointSource;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.WeightType;
import io.lavastream.engine.runtime.LlavaEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Opens a {@link LlavaEngine} wherever Flink puts the job: {@link EngineConfig} in a form that travels. The directories of
 * the model must be at the same paths in every process.
 *
 * @param visionTower null as in an empty {@link CheckpointSource#visionTower}; likewise {@code base}
 * @param template null as in an empty {@link EngineConfig#template}; likewise {@code imageMode}, {@code slots},
 *     {@code slotLength}, {@code longSlots}, {@code longSlotLength}, {@code weights}, {@code memory}, {@code reservedSlots} and {@code bulkQuantum}
 */
public record LlavaEngineSupplier(
        String checkpoint,
        String visionTower,
        String base,
        String modelName,
        String template,
        String imageMode,
        EngineConfig.Truncate truncate,
        Integer slots,
        Integer slotLength,
        Integer longSlots,
        Integer longSlotLength,
        WeightType weights,
        Long memory,
        int waitingRoom,
        int threads,
        Integer reservedSlots,
        Duration stallBudget,
        Duration bulkQuantum,
        List<String> lanes)
        implements EngineSupplier {

    public LlavaEngineSupplier {
        lanes = List.copyOf(lanes);
    }

    public static LlavaEngineSupplier of(EngineConfig config) {
        return new LlavaEngineSupplier(
                config.checkpoint().directory().toString(),
                config.checkpoint().visionTower().map(Path::toString).orElse(null),
                config.checkpoint().base().map(Path::toString).orElse(null),
                config.modelName(),
                config.template().orElse(null),
                config.imageMode().orElse(null),
                config.truncate(),
                boxed(config.slots()),
                boxed(config.slotLength()),
                boxed(config.longSlots()),
                boxed(config.longSlotLength()),
                config.weights().orElse(null),
                config.memory().isPresent() ? config.memory().getAsLong() : null,
                config.waitingRoom(),
                config.threads(),
                boxed(config.reservedSlots()),
                config.stallBudget(),
                config.bulkQuantum().orElse(null),
                config.lanes());
    }

    /** The settings that this was made of. */
    public EngineConfig config() {
        return new EngineConfig(
                new CheckpointSource(
                        Path.of(checkpoint),
                        Optional.ofNullable(visionTower).map(Path::of),
                        Optional.ofNullable(base).map(Path::of)),
                modelName,
                Optional.ofNullable(template),
                Optional.ofNullable(imageMode),
                truncate,
                unboxed(slots),
                unboxed(slotLength),
                unboxed(longSlots),
                unboxed(longSlotLength),
                Optional.ofNullable(weights),
                memory == null ? OptionalLong.empty() : OptionalLong.of(memory),
                waitingRoom,
                threads,
                unboxed(reservedSlots),
                stallBudget,
                Optional.ofNullable(bulkQuantum),
                lanes);
    }

    @Override
    public InferenceEngine open() {
        return LlavaEngine.open(config(), new LoadLog());
    }

    @Override
    public long nativeBytes() {
        return LlavaEngine.nativeBytes(config());
    }

    private static Integer boxed(OptionalInt value) {
        return value.isPresent() ? value.getAsInt() : null;
    }

    private static OptionalInt unboxed(Integer value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(value);
    }
}
