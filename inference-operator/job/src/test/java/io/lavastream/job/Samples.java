package io.lavastream.job;

import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.ModelIdentity;
import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.Sha256;
import io.lavastream.schemas.TicketedQuestion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Records that tests start from. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
    static final ModelIdentity MODEL = new ModelIdentity("fake", "revision-1", "llava_v1", "pad");

    private Samples() {}

    static TicketedQuestion.Builder question(String id, String text) {
        return TicketedQuestion.newBuilder()
                .setRequestId(id)
                .setAttempt(1)
                .setSource(new RecordPosition("vqa.questions.test", 0, 0L))
                .setText(text)
                .setAnswerFormat(AnswerFormat.newBuilder().build())
                .setSampling(Sampling.newBuilder().build())
                .setAttributes(Map.of("sender", "test"));
    }

    static InferenceRequest request(TicketedQuestion.Builder question) {
        return new InferenceRequest(question.build(), NOW);
    }

    static InferenceRequest request(String id, String text) {
        return request(question(id, text));
    }

    static ImageReference ticketed(ImageTicket ticket) {
        return ImageReference.newBuilder().setTicket(ticket).build();
    }

    public static ImageTicket ticket(RecordPosition position, int index, byte[] image) {
        return new ImageTicket(position, index, image.length, sha256(image));
    }

    static GenerationResult result(String text) {
        return new GenerationResult(
                text,
                io.lavastream.engine.FinishReason.END_OF_SEQUENCE,
                new GenerationResult.TokenCounts(600, 576, 3),
                List.of(new GenerationResult.ChoiceProbability("Yes", 0.75)),
                OptionalDouble.of(0.125),
                List.of(
                        new GenerationResult.TokenLogProbability(
                                new GenerationResult.TokenProbability(5, "Yes", -0.5),
                                List.of(new GenerationResult.TokenProbability(6, "No", -0.25)))),
                new GenerationResult.Timings(
                        Duration.ofMillis(1),
                        Duration.ofMillis(2),
                        Duration.ofMillis(3),
                        Duration.ofMillis(4)),
                MODEL,
                7);
    }

    private static Sha256 sha256(byte[] bytes) {
        try {
            return new Sha256(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
