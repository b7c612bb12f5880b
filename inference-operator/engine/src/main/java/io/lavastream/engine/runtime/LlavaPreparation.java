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
import io.lavastream.engine.sampling.Sampler;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Prepares requests for a LLaVA model with its tokenizer, conversation template and image preprocessing. Thread-safe. */
final class LlavaPreparation implements Preparation {
    private final AnswerVocabulary vocabulary;
    private final ConversationTemplate template;
    private final PromptBuilder prompts;
    private final ImageInput images;

    LlavaPreparation(
            AnswerVocabulary vocabulary,
            ConversationTemplate template,
            Optional<ImageMarkers> markers,
            ImageInput images) {
        this.vocabulary = vocabulary;
        this.template = template;
        this.prompts = new PromptBuilder(vocabulary.tokenizer(), template, markers);
        this.images = images;
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
                vocabulary,
                request.sampling(),
                Sampler.seedFor(request),
                stops(request),
                PermittedAnswers.of(request.format(), vocabulary.tokenizer()));
    }

    private List<String> stops(GenerationRequest request) {
        List<String> stops = new ArrayList<>(request.sampling().stop());
        template.stop().ifPresent(stops::add);
        return stops;
    }
}
