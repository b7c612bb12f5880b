package io.lavastream.standalone.inspect;

import io.lavastream.schemas.RecordPosition;
import java.time.Instant;
import java.util.Optional;

/**
 * A record of a request on a topic.
 *
 * @param event what the record means for the request: {@code sent}, {@code admitted}, …
 * @param time the record's timestamp; empty when the topic no longer retains it
 */
public record Sighting(String event, RecordPosition position, Optional<Instant> time) {}
