package io.lavastream.engine.runtime;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.SamplingParams;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Requests as the tests write them, and their outcomes. */
final class Requests {
    static final EncodedImage IMAGE = EncodedImage.of(new byte[] {ScriptedModel.IMAGE_LETTER});

    private Requests() {}

    static GenerationRequest text(String question) {
        return of(question, List.of(), SamplingParams.greedy(), "interactive", Instant.MAX);
    }

    static GenerationRequest aboutImage(String question) {
        return of(question, List.of(IMAGE), SamplingParams.greedy(), "interactive", Instant.MAX);
    }

    static GenerationRequest of(
            String question,
            List<EncodedImage> images,
            SamplingParams sampling,
            String lane,
            Instant deadline) {
        return new GenerationRequest(
                question,
                images,
                List.of(),
                question,
                new AnswerFormat.Free(),
                sampling,
                lane,
                deadline,
                Optional.empty());
    }

    static ErrorCode errorOf(Generation generation) {
        return errorOf(generation.result());
    }

    /** The code with which {@code result} failed; waits for it. */
    static ErrorCode errorOf(CompletableFuture<GenerationResult> result) {
        try {
            throw new AssertionError("answered: " + result.join());
        } catch (CompletionException e) {
            return ((EngineException) e.getCause()).code();
        }
    }
}
