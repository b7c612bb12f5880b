package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One question to the model.
 *
 * @param id names the request in logs and seeds its sampling where no seed is given
 * @param images the images the question is about, placed before the first user turn; may be empty
 * @param history earlier turns, user and assistant alternating, oldest first
 * @param question the text asked now
 * @param format the form the answer shall have
 * @param sampling how tokens are chosen
 * @param lane the priority class, for example {@code interactive} or {@code bulk}
 * @param deadline when the answer is of no more use; {@link Instant#MAX} for never
 * @param model the model asked for; empty accepts the one that is served
 * @param system text in place of the conversation template's system text; empty leaves the template's. May be the empty text
 */
public record GenerationRequest(
        String id,
        List<EncodedImage> images,
        List<Turn> history,
        String question,
        AnswerFormat format,
        SamplingParams sampling,
        String lane,
        Instant deadline,
        Optional<String> model,
        Optional<String> system) {

    public static final String INTERACTIVE = "interactive";

    public GenerationRequest {
        requireNonNull(id, "id");
        images = List.copyOf(images);
        history = List.copyOf(history);
        requireNonNull(question, "question");
        requireNonNull(format, "format");
        requireNonNull(sampling, "sampling");
        requireNonNull(lane, "lane");
        requireNonNull(deadline, "deadline");
        requireNonNull(model, "model");
        requireNonNull(system, "system");
    }

    /** With the template's own system text. */
    public GenerationRequest(
            String id,
            List<EncodedImage> images,
            List<Turn> history,
            String question,
            AnswerFormat format,
            SamplingParams sampling,
            String lane,
            Instant deadline,
            Optional<String> model) {
        this(
                id,
                images,
                history,
                question,
                format,
                sampling,
                lane,
                deadline,
                model,
                Optional.empty());
    }

    /** A free question about one image, greedy, interactive, without a deadline. */
    public static GenerationRequest about(EncodedImage image, String question) {
        return new GenerationRequest(
                "request",
                List.of(image),
                List.of(),
                question,
                new AnswerFormat.Free(),
                SamplingParams.greedy(),
                INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }
}
