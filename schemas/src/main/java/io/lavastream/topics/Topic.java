package io.lavastream.topics;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * One topic as a contract. Keys are UTF-8 strings throughout.
 *
 * @param name the topic's name
 * @param key what the key holds, in words
 * @param value the record that the value holds; empty for bytes as they came, and for records that only ingest reads
 * @param writers who writes it
 * @param readers who reads it
 * @param group topics of one group must have equal partition counts, which Kafka Streams does not check
 * @param retention how long records stay; the cleanup policy is {@code delete} everywhere
 * @param maxMessageBytes largest record batch
 */
public record Topic(
        String name,
        String key,
        Optional<Class<? extends SpecificRecord>> value,
        List<Party> writers,
        List<Party> readers,
        Group group,
        Duration retention,
        int maxMessageBytes) {

    private static final Duration LONGEST_SEGMENT = Duration.ofDays(1);

    /** Who writes or reads a topic. */
    public enum Party {
        CLIENT,
        INGEST,
        JOB
    }

    /** Topics that are partitioned alike. */
    public enum Group {
        /** Keyed by whatever the client chose. */
        CLIENTS,
        /** Keyed by request id. */
        REQUESTS,
        /** Keyed by image id. */
        IMAGES
    }

    public Topic {
        writers = List.copyOf(writers);
        readers = List.copyOf(readers);
    }

    /**
     * When a segment is closed though it is not full: only closed ones are deleted, so records stay longer than the
     * retention by at most this.
     */
    public Duration segment() {
        Duration quarter = retention.dividedBy(4);
        return quarter.compareTo(LONGEST_SEGMENT) < 0 ? quarter : LONGEST_SEGMENT;
    }

    /** The registry subject of its values: Confluent's TopicNameStrategy. */
    public String valueSubject() {
        return name + "-value";
    }
}
