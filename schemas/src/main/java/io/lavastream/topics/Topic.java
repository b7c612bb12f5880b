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

    /** Whether clients write or read it. */
    public boolean isPublic() {
        return writers.contains(Party.CLIENT) || readers.contains(Party.CLIENT);
    }

    /** The registry subject of its values: Confluent's TopicNameStrategy. */
    public String valueSubject() {
        return name + "-value";
    }
}
