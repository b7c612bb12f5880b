package io.lavastream.engine.runtime;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.prompt.ImageMarkers;
import io.lavastream.engine.prompt.PermittedAnswers;
import io.lavastream.engine.prompt.PromptBuilder;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.sampling.ChoiceProbabilities;
import io.lavastream.engine.sampling.Sampler;
import io.lavastream.engine.tokenizer.TextStream;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Prepares requests for a LLaVA model with its tokenizer, conversation template and image preprocessing. Thread-safe. */
final class LlavaPreparation implements Preparation {
    private final Tokenizer tokenizer;
    private final ConversationTemplate template;
    private final PromptBuilder prompts;
    private final ImageInput images;
    private final Set<Integer> endOfSequence;

    LlavaPreparation(
            Tokenizer tokenizer,
            ConversationTemplate template,
            Optional<ImageMarkers> markers,
            ImageInput images,
            Set<Integer> endOfSequence) {
        this.tokenizer = tokenizer;
        this.template = template;
        this.prompts = new PromptBuilder(tokenizer, template, markers);
        this.images = images;
        this.endOfSequence = Set.copyOf(endOfSequence);
    }

    @Override
    public PromptTokens prompt(GenerationRequest request) {
        return prompts.build(request);
    }

    @Override
    public List<FeatureRows> rows(GenerationRequest request) {
        return request.images().stream().map(images::rows).toList();
    }

    @Override
    public TiledImage image(EncodedImage image) {
        return images.process(image);
    }

    @Override
    public Answer answer(GenerationRequest request) {
        return new Answer(
                request.sampling(),
                Sampler.seedFor(request),
                endOfSequence,
                new TextStream(tokenizer, stops(request)),
                choices(PermittedAnswers.of(request.format(), tokenizer)));
    }

    private List<String> stops(GenerationRequest request) {
        List<String> stops = new ArrayList<>(request.sampling().stop());
        template.stop().ifPresent(stops::add);
        return stops;
    }

    private static Answer.Choices choices(PermittedAnswers permitted) {
        return permitted.isEmpty()
                ? Answer.Choices.NONE
                : logits -> ChoiceProbabilities.of(logits, permitted);
    }
}
