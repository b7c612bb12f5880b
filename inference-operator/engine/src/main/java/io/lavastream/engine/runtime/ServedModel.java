package io.lavastream.engine.runtime;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.model.Devices;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.scheduler.PieceTimes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model directory, opened: all that differs from one model to another.
 *
 * @param runner the model; whoever takes this record closes it
 * @param plannedSlots slots before it loaded; a device whose memory turned out too small has fewer
 * @param times of its pieces of prompt work
 * @param preparation how requests become its input
 * @param limit how long their prompts may be
 * @param description what it runs as
 */
record ServedModel(
        ModelRunner runner,
        int plannedSlots,
        PieceTimes times,
        Preparation preparation,
        PromptLimit limit,
        ModelDescription description) {
    private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);

    /**
     * Loads the model that {@code config} names and warms it up.
     *
     * @throws CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model
     */
    static ServedModel load(EngineConfig config, LoadProgress progress) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            ModelSetup setup = ModelSetup.of(config, checkpoint);
            SlotPlan plan = setup.plan();
            ModelSettings planned = plan.settings();
            plan.reduced().ifPresent(LOG::warn);
            Devices.rounding(planned.device(), planned.weights(), System.getenv())
                    .ifPresent(LOG::warn);
            LOG.info("Loading {}; slots {}", setup.description(), setup.description().slots());
            Opened opened =
                    FittingSlots.open(
                            planned,
                            config.reservedSlots().orElse(0) + 1,
                            settings ->
                                    Opened.warmedUp(
                                            settings,
                                            LlavaModel.open(
                                                    checkpoint,
                                                    settings,
                                                    setup.neverProduced(),
                                                    progress),
                                            config));
            return new ServedModel(
                    opened.runner(),
                    planned.slotLengths().size(),
                    opened.times(),
                    setup.preparation(),
                    PromptLimit.of(config, checkpoint.config(), planned.longestSlot()),
                    setup.description()
                            .withSlots(Footprint.describe(opened.settings(), plan.budget())));
        }
    }

    /** What the model of {@code config} would run as; its weights are not read. */
    static ModelDescription describe(EngineConfig config) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            return ModelSetup.of(config, checkpoint).description();
        }
    }

    /** The slots that the model of {@code config} will have; its weights are not read. */
    static int slots(EngineConfig config) {
        return plan(config).settings().slotLengths().size();
    }

    /** Bytes that it will take outside the heap. */
    static long nativeBytes(EngineConfig config) {
        SlotPlan plan = plan(config);
        return plan.settings().device().gpu().isPresent()
                ? MemoryBudget.NATIVE_BESIDE_GPU
                : plan.budget().nativeBytes(plan.settings().slots());
    }

    private static SlotPlan plan(EngineConfig config) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            return ModelSetup.plan(config, checkpoint);
        }
    }

    /** A model that can serve, as it was opened, and what its pieces of work take. */
    private record Opened(ModelSettings settings, ModelRunner runner, PieceTimes times) {
        /** Pieces are as small as the lane with the smallest share needs them. */
        static Opened warmedUp(ModelSettings settings, LlavaModel runner, EngineConfig config) {
            try {
                return new Opened(
                        settings, runner, runner.warmUp(config.quantumOfBulk(), System::nanoTime));
            } catch (RuntimeException | Error e) {
                runner.close();
                throw e;
            }
        }
    }
}
