package io.lavastream.job;

/**
 * A record as it came from a topic. Public for Flink's serializer.
 *
 * @param key may be null
 * @param value may be null
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Compared by nobody; Flink copies it between operators at most.
public record ConsumedRecord(String topic, int partition, long offset, byte[] key, byte[] value) {}
