package io.lavastream.engine.prompt;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** Requests of which only the conversation matters. */
final class Requests {
    private static final EncodedImage IMAGE = EncodedImage.of(new byte[0]);

    private Requests() {}

    /** {@code turns}: user, assistant, user and so on; the last is the question. */
    static GenerationRequest of(List<String> turns, int images, AnswerFormat format) {
        List<Turn> history = new ArrayList<>();
        for (int i = 0; i < turns.size() - 1; i++) {
            Turn.Role role = i % 2 == 0 ? Turn.Role.USER : Turn.Role.ASSISTANT;
            history.add(new Turn(role, turns.get(i)));
        }
        return of(history, turns.get(turns.size() - 1), images, format);
    }

    static GenerationRequest of(
            List<Turn> history, String question, int images, AnswerFormat format) {
        return new GenerationRequest(
                "test",
                Collections.nCopies(images, IMAGE),
                history,
                question,
                format,
                SamplingParams.greedy(),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }

    /** The conversation of a row of the reference. */
    static GenerationRequest of(JsonNode row) {
        List<String> turns = new ArrayList<>();
        row.get("turns").forEach(turn -> turns.add(turn.asText()));
        return of(turns, row.get("num_images").intValue(), new AnswerFormat.Free());
    }
}
