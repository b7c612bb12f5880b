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

/**
 * A model directory, opened: all that differs from one model to another.
 *
 * @param runner the model; whoever takes this record closes it
 * @param preparation how requests become its input
 * @param identity what it is called
 */
record ServedModel(ModelRunner runner, Preparation preparation, ModelIdentity identity) {
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
            BitSet neverProduced = neverProduced(model, tokenizer);
            Preparation preparation =
                    new LlavaPreparation(
                            new AnswerVocabulary(
                                    tokenizer, Set.copyOf(model.eosTokenIds()), neverProduced),
                            ConversationTemplate.named(template),
                            new ImagePreprocessor(images));
            ModelIdentity identity =
                    new ModelIdentity(
                            config.modelName(),
                            checkpoint.revision(),
                            template,
                            images.mode().name().toLowerCase(Locale.ROOT));
            LlavaModel runner =
                    LlavaModel.open(
                            checkpoint, SlotPlan.of(config, model), neverProduced, progress);
            return new ServedModel(warmedUp(runner), preparation, identity);
        }
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
        ids.set(model.imageTokenId());
        model.padTokenId().ifPresent(ids::set);
        model.eosTokenIds().forEach(ids::clear);
        return ids;
    }
}
