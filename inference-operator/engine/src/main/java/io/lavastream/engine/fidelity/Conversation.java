package io.lavastream.engine.fidelity;

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

/** The conversation of a case as a request; {@code turns} are user, assistant, user and so on. */
final class Conversation {
    private static final EncodedImage UNSEEN = EncodedImage.of(new byte[0]);

    private Conversation() {}

    /** A request whose last turn is the question, of which only the text matters. */
    static GenerationRequest of(JsonNode row, int images) {
        List<String> turns = Rows.texts(row, "turns");
        if (turns.isEmpty()) {
            throw new IllegalArgumentException("turns: none (expected: at least one)");
        }
        List<Turn> history = new ArrayList<>();
        for (int i = 0; i < turns.size() - 1; i++) {
            Turn.Role role = i % 2 == 0 ? Turn.Role.USER : Turn.Role.ASSISTANT;
            history.add(new Turn(role, turns.get(i)));
        }
        return new GenerationRequest(
                "fidelity",
                Collections.nCopies(images, UNSEEN),
                history,
                turns.get(turns.size() - 1),
                new AnswerFormat.Free(),
                SamplingParams.greedy(),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }
}
