package io.lavastream.job;

import static java.util.Objects.requireNonNull;

import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.flink.api.common.serialization.SerializerConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.formats.avro.typeutils.AvroSerializer;

/**
 * Tells Flink to serialize a generated record with its Avro schema, which it stores beside the state, so that a later,
 * compatible schema reads it. Flink's own {@code AvroTypeInfo} asks for setters, which our records do not have.
 *
 * @param <T> the record
 */
final class AvroType<T extends SpecificRecord> extends TypeInformation<T> {
    private static final long serialVersionUID = 1L;

    private final Class<T> type;

    AvroType(Class<T> type) {
        this.type = requireNonNull(type, "type");
    }

    @Override
    public TypeSerializer<T> createSerializer(SerializerConfig config) {
        return new AvroSerializer<>(type);
    }

    @Override
    public Class<T> getTypeClass() {
        return type;
    }

    @Override
    public boolean isBasicType() {
        return false;
    }

    @Override
    public boolean isTupleType() {
        return false;
    }

    @Override
    public int getArity() {
        return 1;
    }

    @Override
    public int getTotalFields() {
        return 1;
    }

    @Override
    public boolean isKeyType() {
        return false;
    }

    @Override
    public String toString() {
        return "Avro(%s)".formatted(type.getName());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof AvroType<?> avro && avro.canEqual(this) && type == avro.type;
    }

    @Override
    public int hashCode() {
        return Objects.hash(type);
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof AvroType;
    }
}
