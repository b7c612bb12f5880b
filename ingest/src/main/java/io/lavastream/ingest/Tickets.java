package io.lavastream.ingest;

import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageReference;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.ImageTicket;
import io.lavastream.schemas.Question;
import io.lavastream.schemas.RecordPosition;
import io.lavastream.schemas.Sampling;
import io.lavastream.schemas.TicketedQuestion;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Leaves image bytes where they are and writes down where that is. */
final class Tickets {
    private static final int MAX_LANGUAGE_LENGTH = 16;

    private Tickets() {}

    /**
     * The question without its images' bytes. Nothing in it exceeds the limits: a question that was refused for its
     * size is cut, one that was accepted is whole.
     *
     * @param source the record that {@code question} came in
     * @param sentAtMillis that record's timestamp, from which a time to live counts
     */
    static TicketedQuestion of(
            Question question, RecordPosition source, long sentAtMillis, QuestionLimits limits) {
        TextBudget budget = new TextBudget(limits.maxCharacters());
        return TicketedQuestion.newBuilder()
                .setRequestId(question.getRequestId())
                .setAttempt(question.getAttempt())
                .setSource(source)
                .setAttributes(budget.take(question.getAttributes()))
                .setText(budget.take(question.getText()))
                .setSystem(question.getSystem() == null ? null : budget.take(question.getSystem()))
                .setTurns(budget.takeTurns(question.getTurns()))
                .setAnswerFormat(format(question.getAnswerFormat(), budget))
                .setSampling(sampling(question.getSampling(), budget))
                .setImages(images(question.getImages(), source, limits))
                .setDeadline(deadline(question, sentAtMillis))
                .setModel(TextBudget.cut(question.getModel(), QuestionLimits.MAX_MODEL_LENGTH))
                .build();
    }

    /** The image without its bytes. */
    static ImageReference of(Image image, RecordPosition source) {
        return reference(
                image.getImageId(),
                image.getData() == null ? null : ticket(image.getData(), source, 0),
                image.getUri(),
                image.getContentType());
    }

    private static List<ImageReference> images(
            List<ImageSource> sources, RecordPosition position, QuestionLimits limits) {
        List<ImageReference> references = new ArrayList<>();
        for (int i = 0; i < Math.min(sources.size(), limits.maxImages()); i++) {
            ImageSource source = sources.get(i);
            references.add(
                    reference(
                            source.getImageId(),
                            source.getData() == null ? null : ticket(source.getData(), position, i),
                            source.getUri(),
                            source.getContentType()));
        }
        return references;
    }

    private static ImageReference reference(
            String imageId, ImageTicket ticket, String uri, String contentType) {
        return new ImageReference(
                TextBudget.cut(imageId, QuestionLimits.MAX_ID_LENGTH),
                ticket,
                TextBudget.cut(uri, QuestionLimits.MAX_URI_LENGTH),
                TextBudget.cut(contentType, QuestionLimits.MAX_CONTENT_TYPE_LENGTH));
    }

    private static ImageTicket ticket(ByteBuffer data, RecordPosition position, int index) {
        return new ImageTicket(position, index, data.remaining(), Content.digest(data));
    }

    private static AnswerFormat format(AnswerFormat format, TextBudget budget) {
        return new AnswerFormat(
                format.getKind(),
                budget.takeAll(format.getOptions()),
                format.getAllowUnanswerable(),
                TextBudget.cut(format.getLanguage(), MAX_LANGUAGE_LENGTH),
                format.getConstrained());
    }

    private static Sampling sampling(Sampling sampling, TextBudget budget) {
        return new Sampling(
                sampling.getTemperature(),
                sampling.getTopP(),
                sampling.getTopK(),
                sampling.getMaxNewTokens(),
                budget.takeAll(sampling.getStop()),
                sampling.getSeed(),
                sampling.getMinP(),
                sampling.getRepetitionPenalty(),
                sampling.getTopLogprobs());
    }

    private static Instant deadline(Question question, long sentAtMillis) {
        if (question.getDeadline() != null || question.getTimeToLiveMs() == null) {
            return question.getDeadline();
        }
        long timeToLive = Math.max(0, question.getTimeToLiveMs());
        return Instant.ofEpochMilli(
                timeToLive > Long.MAX_VALUE - sentAtMillis
                        ? Long.MAX_VALUE
                        : sentAtMillis + timeToLive);
    }
}
