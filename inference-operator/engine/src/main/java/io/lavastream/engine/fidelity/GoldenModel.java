package io.lavastream.engine.fidelity;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.ClipVisionConfig;
import io.lavastream.engine.checkpoint.ImageSettings;
import io.lavastream.engine.checkpoint.LlamaConfig;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.prompt.ImageMarkers;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.runtime.ExpandedPrompt;
import io.lavastream.engine.runtime.ImageInputs;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model of the reference, loaded once for all its cases. Where a case changes the configuration,
 * the weights are loaded again only if the change touches them. Used by one thread; owns the loaded
 * models, which {@link #close} frees.
 */
final class GoldenModel implements AutoCloseable {
    /** What of a configuration a loaded model depends on. */
    private record Network(
            ClipVisionConfig vision,
            LlamaConfig text,
            LlavaConfig.Projector projector,
            int visionLayers,
            LlavaConfig.FeatureSelection features,
            boolean tied) {
        static Network of(LlavaConfig config) {
            return new Network(
                    config.vision(),
                    config.text(),
                    config.projector(),
                    config.visionLayers(),
                    config.features(),
                    config.tieWordEmbeddings());
        }
    }

    /** A loaded network, and rows of its embedding matrix. */
    private record Loaded(LlavaModel model, TokenEmbeddings embeddings) {}

    private static final int SLOTS = 4;

    private final ReferenceDirectory reference;
    private final String name;
    private final FidelitySettings settings;
    private final List<GoldenCase> cases;
    private final Map<Network, Loaded> loaded = new HashMap<>();

    /** @param cases all that will be asked of it: they decide on the length of a slot */
    GoldenModel(
            ReferenceDirectory reference,
            String name,
            FidelitySettings settings,
            List<GoldenCase> cases) {
        this.reference = reference;
        this.name = name;
        this.settings = settings;
        this.cases = List.copyOf(cases);
    }

    /**
     * What {@code golden} puts into the model, images encoded.
     *
     * @throws RuntimeException if the model or the case cannot be served, with the reason
     */
    GoldenInput input(GoldenCase golden) {
        try (CompletedDirectory directory =
                        CompletedDirectory.of(reference, name, golden.configOverride());
                Checkpoint checkpoint = Checkpoint.open(directory.path())) {
            LlavaConfig config = checkpoint.config();
            ImageInput images =
                    new ImageInputs(
                                    EngineConfig.defaults(directory.path())
                                            .withImageMode(golden.preprocess()),
                                    checkpoint)
                            .open();
            Tokenizer tokenizer = tokenizer(checkpoint);
            Loaded network = loaded.computeIfAbsent(Network.of(config), unused -> load(checkpoint));
            List<TiledImage> tiled =
                    golden.images().stream().map(reference::image).map(images::process).toList();
            return input(golden, config, tokenizer, network, tiled);
        }
    }

    @Override
    public void close() {
        loaded.values().forEach(network -> network.model().close());
    }

    private static GoldenInput input(
            GoldenCase golden,
            LlavaConfig config,
            Tokenizer tokenizer,
            Loaded network,
            List<TiledImage> images) {
        LlavaModel model = network.model();
        List<FeatureRows> rows = images.stream().map(TiledImage::rows).toList();
        ExpandedPrompt prompt =
                ExpandedPrompt.of(promptTokens(golden, config), rows, model.imageTokens());
        if (config.maxSequence().isPresent()) {
            prompt = prompt.cut(config.maxSequence().getAsInt());
        }
        List<PixelValues> tiles = images.stream().flatMap(image -> image.tiles().stream()).toList();
        return new GoldenInput(
                golden,
                config,
                tokenizer,
                markers(config, tokenizer),
                model,
                network.embeddings(),
                prompt,
                tiles,
                tiles.stream().map(model::encodeImage).toList());
    }

    /** The reference's prompt, with the engine's placeholder. */
    private static PromptTokens promptTokens(GoldenCase golden, LlavaConfig config) {
        int placeholder =
                golden.imagePlaceholder()
                        .orElseGet(() -> config.imageTokenId().orElse(PromptTokens.IMAGE));
        return new PromptTokens(
                Arrays.stream(golden.inputIds())
                        .map(id -> id == placeholder ? PromptTokens.IMAGE : id)
                        .toArray());
    }

    private Loaded load(Checkpoint checkpoint) {
        int longest =
                cases.stream()
                        .mapToInt(golden -> golden.sequenceLength() + golden.greedyTokens().length)
                        .max()
                        .orElse(0);
        int positions = Math.min(longest + 1, checkpoint.config().text().maxPositions());
        ModelSettings how =
                ModelSettings.of(SLOTS, positions)
                        .withThreads(settings.threads())
                        .withWeights(settings.weights())
                        .withDevice(settings.device());
        // Nothing is hidden from the comparison: the reference knows no ids that are never
        // produced.
        LlavaModel model = LlavaModel.open(checkpoint, how, new BitSet(), LoadProgress.NONE);
        try {
            return new Loaded(model, TokenEmbeddings.read(checkpoint, tokensOfCases()));
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private BitSet tokensOfCases() {
        BitSet tokens = new BitSet();
        for (GoldenCase golden : cases) {
            Arrays.stream(golden.inputIds()).filter(id -> id >= 0).forEach(tokens::set);
        }
        return tokens;
    }

    private static Tokenizer tokenizer(Checkpoint checkpoint) {
        ImageSettings images = checkpoint.config().images();
        return Tokenizers.load(
                checkpoint.tokenizerDirectory(),
                ImageMarkers.addedTokens(images.patchToken(), images.startEnd()));
    }

    private static Optional<ImageMarkers> markers(LlavaConfig config, Tokenizer tokenizer) {
        return config.images().startEnd()
                ? Optional.of(ImageMarkers.of(tokenizer))
                : Optional.empty();
    }
}
