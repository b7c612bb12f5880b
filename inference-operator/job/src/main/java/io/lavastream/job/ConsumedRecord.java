package io.lavastream.job;

/**
 * A record as it came from a topic. Public for Flink's serializer.
 *
 * @param key may be null
 * @param value may be null
 * @param headers in their order; a name may come more than once
 */
@SuppressWarnings(
        "ArrayRecordComponent") // Compared by nobody; Flink copies it between operators at most.
public record ConsumedRecord(
        String topic, int partition, long offset, byte[] key, byte[] value, Header[] headers) {
    /**
     * One of the record's headers. Public for Flink's serializer.
     *
     * @param value may be null
     */
    @SuppressWarnings("ArrayRecordComponent") // As above.
    public record Header(String name, byte[] value) {}
}
