package io.lavastream.serialization;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Avro's single-object encoding (a marker, the schema's fingerprint, Avro binary), for records that only their writer
 * reads again: state stores and ingest's own topics. It asks no registry, so these work while the registry is away.
 * Earlier versions of the schema are given, so that what they wrote is still read.
 *
 * @param <T> the record
 */
public final class BinarySerde<T extends SpecificRecord> implements Serde<T> {
    static {
        AvroSafety.install();
    }

    private final BinaryMessageEncoder<T> encoder;
    private final BinaryMessageDecoder<T> decoder;

    private BinarySerde(BinaryMessageEncoder<T> encoder, BinaryMessageDecoder<T> decoder) {
        this.encoder = encoder;
        this.decoder = decoder;
    }

    /** A serde of {@code type} that also reads what {@code earlier} versions of its schema wrote. */
    public static <T extends SpecificRecord> BinarySerde<T> of(
            Class<T> type, List<Schema> earlier) {
        SpecificData model = SpecificData.getForClass(type);
        Schema schema = model.getSchema(type);
        BinaryMessageDecoder<T> decoder = new BinaryMessageDecoder<>(model, schema);
        earlier.forEach(decoder::addSchema);
        return new BinarySerde<>(new BinaryMessageEncoder<>(model, schema), decoder);
    }

    public static <T extends SpecificRecord> BinarySerde<T> of(Class<T> type) {
        return of(type, List.of());
    }

    @Override
    public Serializer<T> serializer() {
        return (topic, value) -> value == null ? null : encode(value);
    }

    @Override
    public Deserializer<T> deserializer() {
        return (topic, bytes) -> bytes == null ? null : decode(bytes);
    }

    private byte[] encode(T value) {
        try {
            ByteBuffer buffer = encoder.encode(value);
            byte[] bytes = new byte[buffer.remaining()];
            buffer.get(bytes);
            return bytes;
        } catch (IOException e) {
            throw new SerializationException(e);
        }
    }

    private T decode(byte[] bytes) {
        try {
            return decoder.decode(bytes);
        } catch (IOException | RuntimeException e) {
            throw new SerializationException(
                    "internal record of %d bytes".formatted(bytes.length), e);
        }
    }
}
