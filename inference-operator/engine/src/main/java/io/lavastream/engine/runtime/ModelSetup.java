package io.lavastream.engine.runtime;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.model.ComputeDevice;
import io.lavastream.engine.model.Devices;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.prompt.ImageMarkers;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.util.BitSet;
import java.util.Optional;
import java.util.Set;

/**
 * All that can be said of a model before its weights are read: everything that is refused for what its files or the settings say is
 * refused here.
 *
 * @param plan slots and memory
 * @param preparation how requests become the model's input
 * @param neverProduced ids that no text has
 * @param description what it runs as, and why
 */
record ModelSetup(
        SlotPlan plan,
        Preparation preparation,
        BitSet neverProduced,
        ModelDescription description) {

    /**
     * Reads the files beside the weights, and the headers of these.
     *
     * @throws CheckpointException if the model cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model, or the model not the memory, or a GPU is asked for
     *     and cannot be used
     */
    static ModelSetup of(EngineConfig config, Checkpoint checkpoint) {
        LlavaConfig model = checkpoint.config();
        // Before the memory is looked at, which a shape that does not fit would make a riddle of.
        checkpoint.requireTensors();
        ImageInputs inputs = new ImageInputs(config, checkpoint);
        ImageInput images = inputs.open();
        Devices.Choice device = Devices.choose(config.device());
        SlotPlan plan = plan(config, checkpoint, images.mostRows(), device.device());
        Tokenizer tokenizer = tokenizer(checkpoint);
        BitSet neverProduced = neverProduced(model, tokenizer);
        Choice template =
                config.template()
                        .map(Choice::set)
                        .orElseGet(() -> DefaultTemplate.of(checkpoint.directory()));
        Preparation preparation =
                new LlavaPreparation(
                        new AnswerVocabulary(
                                tokenizer, Set.copyOf(model.eosTokenIds()), neverProduced),
                        ConversationTemplate.named(template.value()),
                        markers(model, tokenizer),
                        images);
        ModelIdentity identity =
                new ModelIdentity(
                        config.modelName(),
                        checkpoint.revision(),
                        template.value(),
                        inputs.mode().value());
        ModelDescription description =
                new ModelDescription(
                        identity,
                        template.origin(),
                        inputs.mode().origin(),
                        checkpoint.visionTower(),
                        device.toString(),
                        Footprint.describe(plan.settings(), plan.budget()));
        return new ModelSetup(plan, preparation, neverProduced, description);
    }

    /** The plan alone; no tokenizer is needed. */
    static SlotPlan plan(EngineConfig config, Checkpoint checkpoint) {
        return plan(
                config,
                checkpoint,
                new ImageInputs(config, checkpoint).open().mostRows(),
                Devices.choose(config.device()).device());
    }

    private static SlotPlan plan(
            EngineConfig config, Checkpoint checkpoint, int imageRows, ComputeDevice device) {
        return SlotPlan.of(
                config,
                checkpoint.config(),
                imageRows,
                checkpoint::type,
                device,
                device.gpu().map(Memory::ofGpu).orElseGet(() -> Memory.ofProcess(config.memory())));
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
