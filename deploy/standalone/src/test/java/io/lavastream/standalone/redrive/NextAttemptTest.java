package io.lavastream.standalone.redrive;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.images.ImageException;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Sha256;
import io.lavastream.schemas.Stage;
import io.lavastream.standalone.redrive.NextAttempt.Made;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NextAttemptTest {
    private static final ImageTicket TICKET =
            new ImageTicket(
                    new RecordPosition("vqa.questions.bulk", 3, 7L),
                    0,
                    4,
                    new Sha256(new byte[32]));

    private final NextAttempt next =
            new NextAttempt(
                    ticket -> EncodedImage.of(new byte[ticket.getSize()]), Optional.empty());

    @Test
    void isTheSameQuestionOnItsLaneWithTheNextNumber() {
        Made.Ready made = ready(next.of(Failed.of("r", 2, FailureCode.INTERNAL)));

        assertThat(made.lane()).isEqualTo("bulk");
        Question question = made.question();
        assertThat(question.getRequestId()).isEqualTo("r");
        assertThat(question.getAttempt()).isEqualTo(3);
        assertThat(question.getText()).isEqualTo("What is this?");
        assertThat(question.getSystem()).isEqualTo("Be brief.");
        assertThat(question.getModel()).isEqualTo("llava");
        assertThat(question.getSampling().getTopK()).isEqualTo(5);
        assertThat(question.getAttributes()).isEqualTo(Map.of("tenant", "a"));
        assertThat(question.getDeadline()).isNull();
        assertThat(question.getTimeToLiveMs()).isNull();
    }

    @Test
    void imagesStayIdsAndAddressesAndInlineOnesAreRead() {
        Failure failure =
                failure(
                        ImageReference.newBuilder().setImageId("i").setTicket(TICKET).build(),
                        ImageReference.newBuilder().setUri("http://a.example/x").build(),
                        ImageReference.newBuilder()
                                .setTicket(TICKET)
                                .setContentType("image/png")
                                .build());

        Question question = ready(next.of(failure)).question();

        assertThat(question.getImages().get(0).getImageId()).isEqualTo("i");
        assertThat(question.getImages().get(0).getData()).isNull();
        assertThat(question.getImages().get(1).getUri()).isEqualTo("http://a.example/x");
        assertThat(question.getImages().get(2).getData()).isEqualTo(ByteBuffer.wrap(new byte[4]));
        assertThat(question.getImages().get(2).getContentType()).isEqualTo("image/png");
    }

    @Test
    void anImageThatIsGoneSaysSo() {
        NextAttempt expired =
                new NextAttempt(
                        ticket -> {
                            throw new ImageException(
                                    FailureCode.IMAGE_EXPIRED, false, "no longer retained");
                        },
                        Optional.empty());

        Made made = expired.of(failure(ImageReference.newBuilder().setTicket(TICKET).build()));

        assertThat(made).isEqualTo(new Made.Impossible("IMAGE_EXPIRED: no longer retained"));
    }

    @Test
    void aQuestionThatWasRefusedIsNotSentAgainButALateOneIs() {
        assertThat(
                        next.of(
                                Failed.of(
                                        Failed.question("r", 1, List.of()),
                                        FailureCode.QUESTION_TOO_LONG,
                                        Stage.ADMISSION)))
                .isEqualTo(new Made.Impossible("the question itself was refused: on purpose"));
        assertThat(
                        next.of(
                                Failed.of(
                                        Failed.question("r", 1, List.of()),
                                        FailureCode.DEADLINE_EXCEEDED,
                                        Stage.ADMISSION)))
                .isInstanceOf(Made.Ready.class);
    }

    @Test
    void getsTheDeadlineThatIsAskedFor() {
        NextAttempt limited = new NextAttempt(next.images(), Optional.of(Duration.ofSeconds(9)));

        Made.Ready made = ready(limited.of(Failed.of("r", 1, FailureCode.INTERNAL)));

        assertThat(made.question().getTimeToLiveMs()).isEqualTo(9_000);
    }

    private static Failure failure(ImageReference... images) {
        return Failed.of(
                Failed.question("r", 1, List.of(images)), FailureCode.INTERNAL, Stage.INFERENCE);
    }

    private static Made.Ready ready(Made made) {
        assertThat(made).isInstanceOf(Made.Ready.class);
        return (Made.Ready) made;
    }
}
