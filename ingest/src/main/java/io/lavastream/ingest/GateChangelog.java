package io.lavastream.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lavastream.schemas.GateEntry;
import io.lavastream.serialization.BinarySerde;
import java.util.Optional;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * What the gate of a lane holds, as its changelog topic tells it to anyone: the newest record of a key is the entry, none
 * or an empty one means that the gate has forgotten it. Partitioned by request id. Immutable.
 */
public final class GateChangelog {
    private static final Deserializer<GateEntry> ENTRIES =
            BinarySerde.of(GateEntry.class).deserializer();

    private final String topic;

    private GateChangelog(String topic) {
        this.topic = topic;
    }

    public static GateChangelog of(String lane) {
        return new GateChangelog(
                "%s-%s-changelog".formatted(IngestConfig.applicationId(lane), Nodes.REQUEST_STORE));
    }

    public String topic() {
        return topic;
    }

    /** One attempt of a request. */
    public record Key(String requestId, int attempt) {}

    /** Reads a record's key. */
    public static Key key(byte[] bytes) {
        return RequestKey.parse(new String(bytes, UTF_8));
    }

    /** Reads a record's value; empty where the gate has forgotten the request. */
    public Optional<GateEntry> entry(byte[] bytes) {
        return Optional.ofNullable(ENTRIES.deserialize(topic, bytes));
    }
}
