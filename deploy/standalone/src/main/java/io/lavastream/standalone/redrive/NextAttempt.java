package io.lavastream.standalone.redrive;

import io.lavastream.engine.EncodedImage;
import io.lavastream.job.images.ImageException;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.TicketedQuestion;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Makes the question of a failure anew, with the next attempt number. Equal failures become equal questions, so that the
 * gate recognises one that is sent twice: nothing in them depends on when they are made.
 *
 * <p>Images by id or address stay so. An inline image is read by its ticket from the record that brought it, while that
 * is retained. The deadline, which belonged to the failed attempt, is left out.
 *
 * @param images reads an image by its ticket, or throws an {@link ImageException} that says why it cannot
 * @param timeToLive counted from the new record's timestamp; empty for no deadline
 */
record NextAttempt(Function<ImageTicket, EncodedImage> images, Optional<Duration> timeToLive) {

    /** A question and where it goes; or why there is none. */
    sealed interface Made {
        record Ready(String lane, Question question) implements Made {}

        record Impossible(String reason) implements Made {}
    }

    Made of(Failure failure) {
        TicketedQuestion question = failure.getQuestion();
        if (question == null) {
            return new Made.Impossible("the failure holds no question");
        }
        if (failure.getStage() == Stage.ADMISSION
                && failure.getCode() != FailureCode.DEADLINE_EXCEEDED) {
            // Its texts may be cut to the limits, and admission would refuse it again.
            return new Made.Impossible("the question itself was refused: " + failure.getDetail());
        }
        Optional<String> lane = Topics.laneOfQuestions(question.getSource().getTopic());
        if (lane.isEmpty()) {
            return new Made.Impossible("its lane is not known: " + question.getSource().getTopic());
        }
        try {
            return new Made.Ready(lane.get(), again(question));
        } catch (ImageException e) {
            return new Made.Impossible("%s: %s".formatted(e.code(), e.getMessage()));
        }
    }

    private Question again(TicketedQuestion question) {
        return Question.newBuilder()
                .setRequestId(question.getRequestId())
                .setAttempt(question.getAttempt() + 1)
                .setImages(sources(question.getImages()))
                .setTurns(question.getTurns())
                .setText(question.getText())
                .setAnswerFormat(question.getAnswerFormat())
                .setSampling(question.getSampling())
                .setTimeToLiveMs(timeToLive.map(Duration::toMillis).orElse(null))
                .setModel(question.getModel())
                .setAttributes(question.getAttributes())
                .setSystem(question.getSystem())
                .build();
    }

    private List<ImageSource> sources(List<ImageReference> references) {
        List<ImageSource> sources = new ArrayList<>();
        for (ImageReference reference : references) {
            sources.add(source(reference));
        }
        return sources;
    }

    private ImageSource source(ImageReference reference) {
        ImageSource.Builder source =
                ImageSource.newBuilder().setContentType(reference.getContentType());
        if (reference.getImageId() != null) {
            return source.setImageId(reference.getImageId()).build();
        }
        if (reference.getUri() != null) {
            return source.setUri(reference.getUri()).build();
        }
        return source.setData(images.apply(reference.getTicket()).buffer()).build();
    }
}
