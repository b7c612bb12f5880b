package io.lavastream.engine.runtime;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.image.FeatureRows;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.sampling.Sampler;
import io.lavastream.engine.tokenizer.TextStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The prompt is the question, letter by letter, after its images; an image of no bytes is corrupt. */
class LetterPreparation implements Preparation {
    private static final FeatureRows ROWS = FeatureRows.oneTile(ScriptedModel.IMAGE_TOKENS);

    private final LetterTokenizer tokenizer = new LetterTokenizer();

    @Override
    public PromptTokens prompt(GenerationRequest request) {
        List<Integer> ids = new ArrayList<>();
        ids.add(LetterTokenizer.BEGIN);
        request.images().forEach(image -> ids.add(PromptTokens.IMAGE));
        request.question().chars().forEach(ids::add);
        return new PromptTokens(ids.stream().mapToInt(id -> id).toArray());
    }

    @Override
    public List<FeatureRows> rows(GenerationRequest request) {
        return request.images().stream().map(image -> ROWS).toList();
    }

    @Override
    public TiledImage image(EncodedImage image) {
        return new TiledImage(List.of(pixels(image)), ROWS);
    }

    @Override
    public Answer answer(GenerationRequest request) {
        return new Answer(
                request.sampling(),
                Sampler.seedFor(request),
                Set.of(LetterTokenizer.END),
                new TextStream(tokenizer, request.sampling().stop()),
                Answer.Choices.NONE);
    }

    private static PixelValues pixels(EncodedImage image) {
        if (image.size() == 0) {
            throw new EngineException(ErrorCode.IMAGE_CORRUPT, "image: 0 bytes (expected: some)");
        }
        float letter = image.buffer().get();
        return new PixelValues(1, new float[] {letter, letter, letter});
    }
}
