package io.lavastream.engine.runtime;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.prompt.ImageMarkers;
import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model directory, opened: all that differs from one model to another.
 *
 * @param runner the model; whoever takes this record closes it
 * @param times of its pieces of prompt work
 * @param preparation how requests become its input
 * @param limit how long their prompts may be
 * @param identity what it is called
 */
record ServedModel(
        ModelRunner runner,
        PieceTimes times,
        Preparation preparation,
        PromptLimit limit,
        ModelIdentity identity) {
    private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);

    /**
     * Loads the model that {@code config} names and warms it up.
     *
     * @throws CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model
     */
    static ServedModel load(EngineConfig config, LoadProgress progress) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            LlavaConfig model = checkpoint.config();
            Tokenizer tokenizer = tokenizer(checkpoint);
            String template =
                    config.template().orElseGet(() -> DefaultTemplate.of(config.checkpoint()));
            ImageInputs inputs = new ImageInputs(config, checkpoint);
            ImageInput images = inputs.open();
            BitSet neverProduced = neverProduced(model, tokenizer);
            Preparation preparation =
                    new LlavaPreparation(
                            new AnswerVocabulary(
                                    tokenizer, Set.copyOf(model.eosTokenIds()), neverProduced),
                            ConversationTemplate.named(template),
                            markers(model, tokenizer),
                            images);
            ModelIdentity identity =
                    new ModelIdentity(
                            config.modelName(), checkpoint.revision(), template, inputs.mode());
            SlotPlan plan = plan(config, checkpoint, images.mostRows());
            plan.reduced().ifPresent(LOG::warn);
            LOG.info(
                    "Weights {}; {}",
                    plan.settings().weights().label(),
                    plan.budget().describe(plan.settings().slots()));
            LlavaModel runner =
                    LlavaModel.open(checkpoint, plan.settings(), neverProduced, progress);
            return new ServedModel(
                    runner,
                    warmedUp(runner, config),
                    preparation,
                    PromptLimit.of(config, model, plan.settings().slotLength()),
                    identity);
        }
    }

    /** The slots that the model of {@code config} will have; its weights are not read. */
    static int slots(EngineConfig config) {
        return plan(config).settings().slots();
    }

    /** Bytes that it will take outside the heap. */
    static long nativeBytes(EngineConfig config) {
        SlotPlan plan = plan(config);
        return plan.budget().nativeBytes(plan.settings().slots());
    }

    private static SlotPlan plan(EngineConfig config) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            int imageRows = new ImageInputs(config, checkpoint).open().mostRows();
            return plan(config, checkpoint, imageRows);
        }
    }

    /** The reference adds the tokens of images to the tokenizers of its own layout. */
    private static Tokenizer tokenizer(Checkpoint checkpoint) {
        ImageSettings images = checkpoint.config().images();
        return Tokenizers.load(
                checkpoint.tokenizerDirectory(),
                ImageMarkers.addedTokens(images.patchToken(), images.startEnd()));
    }

    private static Optional<ImageMarkers> markers(LlavaConfig model, Tokenizer tokenizer) {
        return model.images().startEnd()
                ? Optional.of(ImageMarkers.of(tokenizer))
                : Optional.empty();
    }

    private static SlotPlan plan(EngineConfig config, Checkpoint checkpoint, int imageRows) {
        return SlotPlan.of(
                config,
                checkpoint.config(),
                imageRows,
                checkpoint::type,
                Memory.ofProcess(config.memory()));
    }

    /** Pieces are as small as the lane with the smallest share needs them. */
    private static PieceTimes warmedUp(LlavaModel runner, EngineConfig config) {
        try {
            return runner.warmUp(config.quantumOfBulk(), System::nanoTime);
        } catch (RuntimeException | Error e) {
            runner.close();
            throw e;
        }
    }

    /** Ids that no text has: the placeholders of image and padding, and the rows behind the tokenizer's last id. */
    private static BitSet neverProduced(LlavaConfig model, Tokenizer tokenizer) {
        BitSet ids = new BitSet();
        ids.set(
                Math.min(tokenizer.vocabularySize(), model.text().vocabularySize()),
                model.text().vocabularySize());
        if (model.layout() == Layout.HUGGING_FACE) { // the original layout pads with <unk>
            model.imageTokenId().ifPresent(ids::set);
            model.padTokenId().ifPresent(ids::set);
        }
        model.eosTokenIds().forEach(ids::clear);
        return ids;
    }
}
