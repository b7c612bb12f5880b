package io.lavastream.standalone.evolution;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** Records of any schema, every field set, each enum and union in turn to each of its values. */
final class RandomRecords {
    private final Random random;

    RandomRecords(long seed) {
        random = new Random(seed);
    }

    GenericRecord record(Schema schema) {
        return (GenericRecord) value(schema);
    }

    private Object value(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> fields(schema);
            case ENUM -> new GenericData.EnumSymbol(schema, oneOf(schema.getEnumSymbols()));
            case ARRAY -> elements(schema);
            case MAP -> entries(schema);
            case UNION -> value(oneOf(schema.getTypes()));
            case FIXED -> new GenericData.Fixed(schema, bytes(schema.getFixedSize()));
            case STRING -> "text " + random.nextInt(1_000);
            case BYTES -> ByteBuffer.wrap(bytes(random.nextInt(20)));
            case INT -> random.nextInt();
            case LONG -> (long) random.nextInt();
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextDouble();
            case BOOLEAN -> random.nextBoolean();
            case NULL -> null;
        };
    }

    private GenericRecord fields(Schema schema) {
        GenericRecord record = new GenericData.Record(schema);
        schema.getFields().forEach(field -> record.put(field.pos(), value(field.schema())));
        return record;
    }

    private List<Object> elements(Schema schema) {
        List<Object> elements = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            elements.add(value(schema.getElementType()));
        }
        return elements;
    }

    private Map<String, Object> entries(Schema schema) {
        Map<String, Object> entries = new HashMap<>();
        entries.put("key", value(schema.getValueType()));
        return entries;
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private <T> T oneOf(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
