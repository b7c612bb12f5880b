package io.lavastream.ingest;

import static io.lavastream.ingest.Require.require;
import static java.util.Objects.requireNonNull;

import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.time.Duration;
import java.util.List;

/**
 * What decides the topology of one lane.
 *
 * @param lane the lane's name
 * @param storage where the stores live; each is backed by a changelog topic either way
 * @param limits how large a question may be
 * @param imageWait how long a question waits for an image id, from its admission
 * @param imageRetention how long an image id is known, from the image record's timestamp; as the images topic keeps it
 * @param openFor how long a request without an earlier deadline may be open: after it the job can no longer read it
 * @param rememberFor how long a closed (request id, attempt) is recognised
 * @param punctuation the shortest time from one look at the time limits to the next
 */
public record IngestSettings(
        String lane,
        Storage storage,
        QuestionLimits limits,
        Duration imageWait,
        Duration imageRetention,
        Duration openFor,
        Duration rememberFor,
        Duration punctuation) {

    /** Where state stores live. */
    public enum Storage {
        /** On the heap. Each start is a new process to the broker, and waits for a dead one's open transaction. */
        MEMORY,
        /** In RocksDB under the state directory, which must be kept over a restart. */
        ROCKSDB
    }

    public IngestSettings {
        Lanes.checked(List.of(lane));
        requireNonNull(storage, "storage");
        requireNonNull(limits, "limits");
        requirePositive("image-wait", imageWait);
        requirePositive("image-retention", imageRetention);
        requirePositive("open-for", openFor);
        requirePositive("remember-for", rememberFor);
        requirePositive("punctuation", punctuation);
    }

    /** A lane as it is shipped. */
    public static IngestSettings defaults(String lane) {
        return new IngestSettings(
                lane,
                Storage.ROCKSDB,
                QuestionLimits.DEFAULT,
                Duration.ofSeconds(30),
                Topics.IMAGES_TOPIC.retention(),
                Topics.requests(lane).retention(),
                Duration.ofHours(24),
                Duration.ofMillis(50));
    }

    public IngestSettings withStorage(Storage value) {
        return new IngestSettings(
                lane, value, limits, imageWait, imageRetention, openFor, rememberFor, punctuation);
    }

    public IngestSettings withLimits(QuestionLimits value) {
        return new IngestSettings(
                lane, storage, value, imageWait, imageRetention, openFor, rememberFor, punctuation);
    }

    public IngestSettings withImageWait(Duration value) {
        return new IngestSettings(
                lane, storage, limits, value, imageRetention, openFor, rememberFor, punctuation);
    }

    public IngestSettings withImageRetention(Duration value) {
        return new IngestSettings(
                lane, storage, limits, imageWait, value, openFor, rememberFor, punctuation);
    }

    public IngestSettings withOpenFor(Duration value) {
        return new IngestSettings(
                lane, storage, limits, imageWait, imageRetention, value, rememberFor, punctuation);
    }

    public IngestSettings withRememberFor(Duration value) {
        return new IngestSettings(
                lane, storage, limits, imageWait, imageRetention, openFor, value, punctuation);
    }

    public IngestSettings withPunctuation(Duration value) {
        return new IngestSettings(
                lane, storage, limits, imageWait, imageRetention, openFor, rememberFor, value);
    }

    private static void requirePositive(String setting, Duration value) {
        require(value.toMillis() > 0, setting, value, ">= 1 ms");
    }
}
