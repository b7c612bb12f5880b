package io.lavastream.engine.prompt;

import io.lavastream.engine.tokenizer.Tokenizer;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A prompt in the making: text, images and structural tokens in order, tokenized as the reference does
 * with {@code legacy=false} ({@code llava/mm_utils.py: tokenizer_image_token}). Text between two of the
 * others is tokenized as one: at the beginning and after an image with SentencePiece's leading-space mark,
 * after a structural token without. Only {@link #image} and the token methods yield special ids; text, whatever it
 * says, never does.
 */
final class Rendering {
    private final Tokenizer tokenizer;
    private final Optional<ImageMarkers> markers;
    private final IntStream.Builder ids = IntStream.builder();
    private final StringBuilder text = new StringBuilder();
    private boolean continues;

    Rendering(Tokenizer tokenizer) {
        this(tokenizer, Optional.empty());
    }

    /** @param markers that stand around each image */
    Rendering(Tokenizer tokenizer, Optional<ImageMarkers> markers) {
        this.tokenizer = tokenizer;
        this.markers = markers;
        ids.add(tokenizer.beginOfSequence());
    }

    Rendering text(String more) {
        text.append(more);
        return this;
    }

    Rendering image() {
        markers.ifPresent(tokens -> special(tokens.start(), true));
        special(PromptTokens.IMAGE, false);
        markers.ifPresent(tokens -> special(tokens.end(), true));
        return this;
    }

    Rendering beginOfSequence() {
        return special(tokenizer.beginOfSequence(), true);
    }

    Rendering endOfSequence() {
        return special(tokenizer.endOfSequence(), true);
    }

    /** Ends the prompt. */
    PromptTokens toTokens() {
        flush();
        return new PromptTokens(ids.build().toArray());
    }

    private Rendering special(int id, boolean textContinues) {
        flush();
        ids.add(id);
        continues = textContinues;
        return this;
    }

    private void flush() {
        String piece = text.toString();
        text.setLength(0);
        int[] tokens = continues ? tokenizer.encodeContinuation(piece) : tokenizer.encode(piece);
        for (int token : tokens) {
            ids.add(token);
        }
    }
}
