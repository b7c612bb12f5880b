package io.lavastream.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.Times;
import io.lavastream.schemas.TokenCounts;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Records as clients and the job send them. */
final class Records {
    private Records() {}

    /** A question without images; the caller adds what its test is about. */
    static Question.Builder question(String requestId) {
        return Question.newBuilder().setRequestId(requestId).setText("What is this?");
    }

    static Question questionAbout(String requestId, String... imageIds) {
        return question(requestId)
                .setImages(Arrays.stream(imageIds).map(Records::byId).toList())
                .build();
    }

    static ImageSource inline(String bytes) {
        return ImageSource.newBuilder().setData(bytes(bytes)).build();
    }

    static ImageSource byId(String imageId) {
        return ImageSource.newBuilder().setImageId(imageId).build();
    }

    static ImageSource byUri(String uri) {
        return ImageSource.newBuilder().setUri(uri).build();
    }

    static Image image(String imageId, String bytes) {
        return Image.newBuilder().setImageId(imageId).setData(bytes(bytes)).build();
    }

    static Image imageAt(String imageId, String uri) {
        return Image.newBuilder().setImageId(imageId).setUri(uri).build();
    }

    static Outcome answered(String requestId, int attempt, String text) {
        return new Outcome(requestId, attempt, answer(requestId, attempt, text));
    }

    static Outcome failed(String requestId, int attempt, FailureCode code) {
        return new Outcome(
                requestId,
                attempt,
                Failure.newBuilder()
                        .setRequestId(requestId)
                        .setAttempt(attempt)
                        .setCode(code)
                        .setRetryable(false)
                        .setDetail("as the job found it")
                        .setStage(Stage.FETCH)
                        .setAttempts(2)
                        .build());
    }

    private static Answer answer(String requestId, int attempt, String text) {
        return Answer.newBuilder()
                .setRequestId(requestId)
                .setAttempt(attempt)
                .setText(text)
                .setFinishReason(FinishReason.END_OF_SEQUENCE)
                .setTokens(new TokenCounts(10, 4, 2))
                .setChoices(List.of())
                .setTimes(new Times(1.0, 2.0, 3.0, 4.0, 5.0))
                .setModel("scripted")
                .setModelRevision("0")
                .build();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }
}
