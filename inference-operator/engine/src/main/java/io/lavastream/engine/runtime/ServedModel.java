package io.lavastream.engine.runtime;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImagePreprocessor;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A model directory, opened: all that differs from one model to another.
 *
 * @param runner the model; whoever takes this record closes it
 * @param preparation how requests become its input
 * @param identity what it is called
 */
record ServedModel(ModelRunner runner, Preparation preparation, ModelIdentity identity) {
    private static final Logger LOG = LoggerFactory.getLogger(ServedModel.class);

    /**
     * Loads the model that {@code config} names and warms it up.
     *
     * @throws CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model
     */
    static ServedModel load(EngineConfig config, LoadProgress progress) {
        Path directory = config.checkpoint();
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            LlavaConfig model = checkpoint.config();
            Tokenizer tokenizer = Tokenizers.load(directory);
            String template = config.template().orElseGet(() -> DefaultTemplate.of(directory));
            ImagePreprocessing images = preprocessing(config, model);
            Preparation preparation =
                    new LlavaPreparation(
                            tokenizer,
                            ConversationTemplate.named(template),
                            new ImagePreprocessor(images),
                            Set.copyOf(model.eosTokenIds()));
            ModelIdentity identity =
                    new ModelIdentity(
                            config.modelName(),
                            checkpoint.revision(),
                            template,
                            images.mode().name().toLowerCase(Locale.ROOT));
            SlotPlan plan = plan(config, checkpoint);
            plan.reduced().ifPresent(LOG::warn);
            LOG.info(
                    "Weights {}; {}",
                    plan.settings().weights().label(),
                    plan.budget().describe(plan.settings().slots()));
            LlavaModel runner =
                    LlavaModel.open(
                            checkpoint, plan.settings(), neverProduced(model, tokenizer), progress);
            return new ServedModel(warmedUp(runner), preparation, identity);
        }
    }

    /**
     * Checks the model that {@code config} names against the memory that there is, by its headers alone.
     *
     * @throws CheckpointException if the directory cannot be served
     * @throws IllegalArgumentException if a setting does not fit the model, or the model not the memory
     */
    static void check(EngineConfig config) {
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint())) {
            plan(config, checkpoint);
        }
    }

    private static SlotPlan plan(EngineConfig config, Checkpoint checkpoint) {
        return SlotPlan.of(
                config, checkpoint.config(), checkpoint::type, Memory.ofProcess(config.memory()));
    }

    private static ModelRunner warmedUp(LlavaModel runner) {
        try {
            runner.warmUp();
            return runner;
        } catch (RuntimeException | Error e) {
            runner.close();
            throw e;
        }
    }

    private static ImagePreprocessing preprocessing(EngineConfig config, LlavaConfig model) {
        ImagePreprocessing read = ImagePreprocessing.read(config.checkpoint());
        if (read.size() != model.vision().imageSize()) {
            throw new CheckpointException(
                    "%s: crop_size: %d (expected: image_size %d of config.json)"
                            .formatted(
                                    config.checkpoint().resolve("preprocessor_config.json"),
                                    read.size(),
                                    model.vision().imageSize()));
        }
        return config.imageMode()
                .map(mode -> read.withMode(Mode.valueOf(mode.toUpperCase(Locale.ROOT))))
                .orElse(read);
    }

    /** Ids that no text has: the placeholders of image and padding, and the rows behind the tokenizer's last id. */
    private static BitSet neverProduced(LlavaConfig model, Tokenizer tokenizer) {
        BitSet ids = new BitSet();
        ids.set(
                Math.min(tokenizer.vocabularySize(), model.text().vocabularySize()),
                model.text().vocabularySize());
        model.imageTokenId().ifPresent(ids::set);
        model.padTokenId().ifPresent(ids::set);
        model.eosTokenIds().forEach(ids::clear);
        return ids;
    }
}
