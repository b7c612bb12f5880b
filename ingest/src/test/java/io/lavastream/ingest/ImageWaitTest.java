package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Stage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Questions wait for images that they name by id. */
class ImageWaitTest {
    private final LaneDriver lane = LaneDriver.open().settled();

    @AfterEach
    void close() {
        lane.close();
    }

    @Test
    void anImageThatCameBeforeIsFoundAtOnce() {
        lane.send(Records.image("i1", "bytes"));

        lane.send(Records.questionAbout("r1", "i1"));

        ImageReference image = lane.onlyRequest().getQuestion().getImages().get(0);
        assertThat(image.getImageId()).isEqualTo("i1");
        assertThat(image.getTicket().getPosition())
                .isEqualTo(new RecordPosition("vqa.images", 0, 0L));
        assertThat(image.getTicket().getSize()).isEqualTo(5);
    }

    @Test
    void aQuestionWaitsForAllOfItsImages() {
        lane.send(Records.questionAbout("r1", "i1", "i2"));
        lane.send(Records.image("i2", "two"));
        assertThat(lane.requests.isEmpty()).isTrue();

        lane.send(Records.image("i1", "first"));

        assertThat(lane.onlyRequest().getQuestion().getImages())
                .extracting(image -> image.getTicket().getSize())
                .containsExactly(5, 3);
    }

    @Test
    void anImageNamedTwiceIsFoundTwice() {
        lane.send(Records.questionAbout("r1", "i1", "i1"));

        lane.send(Records.image("i1", "bytes"));

        assertThat(lane.onlyRequest().getQuestion().getImages())
                .extracting(image -> image.getTicket().getSize())
                .containsExactly(5, 5);
    }

    @Test
    void allQuestionsThatWaitForAnImageGetIt() {
        lane.send(Records.questionAbout("r1", "i1"));
        lane.send(Records.questionAbout("r2", "i1"));
        lane.send(Records.questionAbout("r3", "i11"));

        lane.send(Records.image("i1", "bytes"));

        assertThat(lane.requests.readKeyValuesToList())
                .extracting(request -> request.key)
                .containsExactlyInAnyOrder("r1", "r2");
        assertThat(lane.entries(Nodes.WAITING_STORE)).isEqualTo(1);
    }

    @Test
    void anImageGivenByAddressResolvesToItsAddress() {
        lane.send(Records.questionAbout("r1", "i1"));

        lane.send(Records.imageAt("i1", "https://images.example/1.png"));

        ImageReference image = lane.onlyRequest().getQuestion().getImages().get(0);
        assertThat(image.getUri()).isEqualTo("https://images.example/1.png");
        assertThat(image.getTicket()).isNull();
    }

    @Test
    void aLaterImageReplacesAnEarlierOneForQuestionsThatComeAfter() {
        lane.send(Records.image("i1", "first"));
        lane.send(Records.questionAbout("r1", "i1"));

        lane.send(Records.image("i1", "the second"));
        lane.send(Records.questionAbout("r2", "i1"));

        assertThat(lane.requests.readValuesToList())
                .extracting(
                        request -> request.getQuestion().getImages().get(0).getTicket().getSize())
                .containsExactly(5, 10);
        assertThat(lane.entries(Nodes.IMAGE_EXPIRY_STORE)).isEqualTo(1);
    }

    @Test
    void inlineImagesAndIdsMixInOneQuestion() {
        lane.send(
                Records.question("r1")
                        .setImages(List.of(Records.inline("inline"), Records.byId("i1")))
                        .build());
        lane.send(Records.image("i1", "bytes"));

        assertThat(lane.onlyRequest().getQuestion().getImages())
                .extracting(image -> image.getTicket().getPosition().getTopic())
                .containsExactly("vqa.questions.interactive", "vqa.images");
    }

    @Test
    void failsWhenNoImageOfThatIdCame() {
        lane.send(Records.image("i1", "bytes"));
        lane.send(Records.questionAbout("r1", "i1", "i2"));
        lane.advance(Duration.ofMillis(29_950));
        assertThat(lane.failures.isEmpty()).isTrue();

        lane.advance(Duration.ofMillis(50));

        Failure failure = lane.onlyFailure();
        assertThat(failure.getCode()).isEqualTo(FailureCode.IMAGE_NOT_FOUND);
        assertThat(failure.getStage()).isEqualTo(Stage.IMAGES);
        assertThat(failure.getRetryable()).isTrue();
        assertThat(failure.getDetail()).isEqualTo("image_id: no image named 'i2' within 30000 ms");
        assertThat(lane.entries(Nodes.WAITING_STORE)).isZero();
        assertThat(lane.entries(Nodes.WAITING_EXPIRY_STORE)).isZero();
    }

    @Test
    void anImageThatComesTooLateDispatchesNothing() {
        lane.send(Records.questionAbout("r1", "i1"));
        lane.advance(Duration.ofSeconds(30));

        lane.send(Records.image("i1", "bytes"));

        assertThat(lane.requests.isEmpty()).isTrue();
        assertThat(lane.onlyFailure().getCode()).isEqualTo(FailureCode.IMAGE_NOT_FOUND);
    }

    @Test
    void forgetsAnImageWithItsTopicsRetention() {
        lane.send(Records.image("i1", "bytes"));
        lane.advance(Duration.ofDays(7).minusMillis(50));
        lane.send(Records.questionAbout("r1", "i1"));
        assertThat(lane.requests.readValuesToList()).hasSize(1);

        lane.advance(Duration.ofMillis(50));
        lane.send(Records.questionAbout("r2", "i1"));

        assertThat(lane.requests.isEmpty()).isTrue();
        assertThat(lane.entries(Nodes.IMAGE_STORE)).isZero();
        assertThat(lane.entries(Nodes.IMAGE_EXPIRY_STORE)).isZero();
    }

    @Test
    void anImageThatWasSentLongAgoIsForgottenInTimeToo() {
        lane.send(
                Records.image("i1", "bytes"), lane.now().minus(Duration.ofDays(7)).plusSeconds(10));
        assertThat(lane.entries(Nodes.IMAGE_STORE)).isEqualTo(1);

        lane.advance(Duration.ofSeconds(10));

        assertThat(lane.entries(Nodes.IMAGE_STORE)).isZero();
    }

    @Test
    void anImageFromTheFutureIsKnownAndForgottenAsOneSentNow() {
        lane.send(Records.image("i1", "bytes"), Instant.ofEpochMilli(Long.MAX_VALUE));
        lane.send(Records.questionAbout("r1", "i1"));
        assertThat(lane.requests.readValuesToList()).hasSize(1);

        lane.advance(Duration.ofDays(7));

        assertThat(lane.entries(Nodes.IMAGE_STORE)).isZero();
        assertThat(lane.entries(Nodes.IMAGE_EXPIRY_STORE)).isZero();
    }
}
