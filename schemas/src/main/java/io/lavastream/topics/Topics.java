package io.lavastream.topics;

import static io.lavastream.topics.Topic.Group.CLIENTS;
import static io.lavastream.topics.Topic.Group.IMAGES;
import static io.lavastream.topics.Topic.Group.REQUESTS;
import static io.lavastream.topics.Topic.Party.CLIENT;
import static io.lavastream.topics.Topic.Party.INGEST;
import static io.lavastream.topics.Topic.Party.JOB;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.InferenceRequest;
import io.lavastream.schemas.Outcome;
import io.lavastream.schemas.Question;
import io.lavastream.topics.Topic.Group;
import io.lavastream.topics.Topic.Party;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/** The one list of topics. Nothing relies on automatic creation. */
public final class Topics {
    /** Records that carry image bytes. */
    public static final int LARGE_RECORD_BYTES = 8 << 20;

    /** Records that carry text and tickets. */
    public static final int SMALL_RECORD_BYTES = 1 << 20;

    private static final String QUESTIONS_PREFIX = "vqa.questions.";

    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration WEEK = Duration.ofDays(7);

    /** Images for many questions; clients to ingest and, by ticket, to the job. */
    public static final Topic IMAGES_TOPIC =
            topic(
                    "vqa.images",
                    "image id",
                    Image.class,
                    List.of(CLIENT),
                    List.of(INGEST, JOB),
                    CLIENTS,
                    WEEK,
                    LARGE_RECORD_BYTES);

    /** One record for each question that was answered. */
    public static final Topic ANSWERS =
            topic(
                    "vqa.answers",
                    "request id",
                    Answer.class,
                    List.of(INGEST),
                    List.of(CLIENT),
                    REQUESTS,
                    WEEK,
                    SMALL_RECORD_BYTES);

    /** One record for each question that was not. */
    public static final Topic FAILURES =
            topic(
                    "vqa.failures",
                    "request id",
                    Failure.class,
                    List.of(INGEST),
                    List.of(CLIENT),
                    REQUESTS,
                    WEEK,
                    SMALL_RECORD_BYTES);

    /** Undecodable bytes as they came, with headers that say from where and why. Room for their headers is added. */
    public static final Topic DEAD_LETTERS =
            topic(
                    "vqa.dead-letters",
                    "as it came",
                    null,
                    List.of(INGEST, JOB),
                    List.of(CLIENT),
                    CLIENTS,
                    WEEK,
                    LARGE_RECORD_BYTES + (64 << 10));

    private Topics() {}

    /** Questions of one lane, with images inline, by id, or by address. */
    public static Topic questions(String lane) {
        return topic(
                QUESTIONS_PREFIX + lane,
                "any",
                Question.class,
                List.of(CLIENT),
                List.of(INGEST, JOB),
                CLIENTS,
                DAY,
                LARGE_RECORD_BYTES);
    }

    /** The lane of a topic of questions; empty for any other topic. */
    public static Optional<String> laneOfQuestions(String topic) {
        return topic.startsWith(QUESTIONS_PREFIX)
                ? Optional.of(topic.substring(QUESTIONS_PREFIX.length()))
                : Optional.empty();
    }

    /** Requests that are ready for the job. */
    public static Topic requests(String lane) {
        return topic(
                "vqa.requests." + lane,
                "request id",
                InferenceRequest.class,
                List.of(INGEST),
                List.of(JOB),
                REQUESTS,
                DAY,
                SMALL_RECORD_BYTES);
    }

    /** What the job made of them. */
    public static Topic outcomes(String lane) {
        return topic(
                "vqa.outcomes." + lane,
                "request id",
                Outcome.class,
                List.of(JOB),
                List.of(INGEST, JOB),
                REQUESTS,
                DAY,
                SMALL_RECORD_BYTES);
    }

    /** Validated questions on their way to the gate, partitioned by request id whatever the client did. */
    public static Topic admissions(String lane) {
        return internal("vqa.ingest." + lane + ".admissions", "request id", REQUESTS);
    }

    /** Images found by id, on their way back to the gate. */
    public static Topic resolutions(String lane) {
        return internal("vqa.ingest." + lane + ".resolutions", "request id", REQUESTS);
    }

    /** The gate's questions to the image index. */
    public static Topic lookups(String lane) {
        return internal("vqa.ingest." + lane + ".lookups", "image id", IMAGES);
    }

    /** Tickets of the images in {@link #IMAGES_TOPIC}, partitioned by image id whatever the client did. */
    public static Topic tickets(String lane) {
        return internal("vqa.ingest." + lane + ".tickets", "image id", IMAGES);
    }

    /** All topics of a service with these lanes. */
    public static List<Topic> all(List<String> lanes) {
        List<Topic> topics =
                new ArrayList<>(List.of(IMAGES_TOPIC, ANSWERS, FAILURES, DEAD_LETTERS));
        for (String lane : lanes) {
            topics.addAll(ofLane(lane));
        }
        return topics;
    }

    /** The topics of one lane only. */
    public static List<Topic> ofLane(String lane) {
        return List.of(
                questions(lane),
                requests(lane),
                outcomes(lane),
                admissions(lane),
                resolutions(lane),
                lookups(lane),
                tickets(lane));
    }

    private static Topic internal(String name, String key, Group group) {
        return topic(
                name, key, null, List.of(INGEST), List.of(INGEST), group, DAY, SMALL_RECORD_BYTES);
    }

    private static Topic topic(
            String name,
            String key,
            Class<? extends SpecificRecord> value,
            List<Party> writers,
            List<Party> readers,
            Group group,
            Duration retention,
            int maxMessageBytes) {
        return new Topic(
                name,
                key,
                Optional.ofNullable(value),
                writers,
                readers,
                group,
                retention,
                maxMessageBytes);
    }
}
