package io.lavastream.engine.prompt;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.Turn;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes a request's prompt: its conversation in the template's words, tokenized. Safe for several threads. */
public final class PromptBuilder {
    private final Tokenizer tokenizer;
    private final ConversationTemplate template;
    private final Optional<ImageMarkers> markers;

    /** With nothing around an image. */
    public PromptBuilder(Tokenizer tokenizer, ConversationTemplate template) {
        this(tokenizer, template, Optional.empty());
    }

    /** @param markers the tokens around each image */
    public PromptBuilder(
            Tokenizer tokenizer, ConversationTemplate template, Optional<ImageMarkers> markers) {
        this.tokenizer = requireNonNull(tokenizer, "tokenizer");
        this.template = requireNonNull(template, "template");
        this.markers = requireNonNull(markers, "markers");
    }

    /**
     * The prompt of {@code request}, with one placeholder for each of its images.
     *
     * @throws EngineException with {@link ErrorCode#EMPTY_QUESTION} if nothing is asked, with {@link
     *     ErrorCode#INVALID_PARAMETER} if the history does not alternate from a user to an assistant, or
     *     the answer format cannot be asked
     */
    public PromptTokens build(GenerationRequest request) {
        checkHistory(request.history());
        List<Turn> turns = new ArrayList<>(request.history());
        String question = AnswerSuffix.ask(request.question(), request.format());
        turns.add(new Turn(Turn.Role.USER, question));
        Rendering rendering = new Rendering(tokenizer, markers);
        request.system()
                .map(template::withSystem)
                .orElse(template)
                .render(turns, request.images().size(), rendering);
        return rendering.toTokens();
    }

    private static void checkHistory(List<Turn> history) {
        for (int i = 0; i < history.size(); i++) {
            Turn.Role expected = i % 2 == 0 ? Turn.Role.USER : Turn.Role.ASSISTANT;
            if (history.get(i).role() != expected) {
                throw new EngineException(
                        ErrorCode.INVALID_PARAMETER,
                        "history[%d]: %s (expected: %s, the two alternate and a user begins)"
                                .formatted(i, history.get(i).role(), expected));
            }
        }
        if (history.size() % 2 != 0) {
            throw new EngineException(
                    ErrorCode.INVALID_PARAMETER,
                    "history: ends with USER (expected: ASSISTANT, the question follows apart)");
        }
    }
}
