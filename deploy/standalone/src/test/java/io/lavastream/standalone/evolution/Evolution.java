package io.lavastream.standalone.evolution;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;

/** The version of a schema that may come after ours, or may have come before it, by the rules of our evolution. */
final class Evolution {
    static final String ADDED_FIELD = "added_in_the_next_version";
    static final String ADDED_SYMBOL = "ADDED_IN_THE_NEXT_VERSION";

    private final boolean forward;
    private final Map<String, Schema> done = new HashMap<>();

    private Evolution(boolean forward) {
        this.forward = forward;
    }

    /** Every record has one more optional field, every enum one more symbol. */
    static Schema next(Schema schema) {
        return new Evolution(true).changed(schema);
    }

    /** Every record lacks its last field that has a default, every enum its last symbol. */
    static Schema previous(Schema schema) {
        return new Evolution(false).changed(schema);
    }

    private Schema changed(Schema schema) {
        return switch (schema.getType()) {
            case RECORD -> record(schema);
            case ENUM -> enumeration(schema);
            case ARRAY -> Schema.createArray(changed(schema.getElementType()));
            case MAP -> Schema.createMap(changed(schema.getValueType()));
            case UNION ->
                    Schema.createUnion(schema.getTypes().stream().map(this::changed).toList());
            default -> schema;
        };
    }

    private Schema record(Schema schema) {
        Schema known = done.get(schema.getFullName());
        if (known != null) {
            return known;
        }
        Schema record = Schema.createRecord(schema.getName(), null, schema.getNamespace(), false);
        done.put(schema.getFullName(), record);
        List<Schema.Field> fields = new ArrayList<>();
        Schema.Field dropped = forward ? null : lastWithDefault(schema);
        for (Schema.Field field : schema.getFields()) {
            if (!field.equals(dropped)) {
                fields.add(
                        new Schema.Field(
                                field.name(), changed(field.schema()), null, field.defaultVal()));
            }
        }
        if (forward) {
            Schema optional =
                    Schema.createUnion(
                            Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING));
            fields.add(new Schema.Field(ADDED_FIELD, optional, null, JsonProperties.NULL_VALUE));
        }
        record.setFields(fields);
        return record;
    }

    private static Schema.Field lastWithDefault(Schema schema) {
        Schema.Field last = null;
        for (Schema.Field field : schema.getFields()) {
            last = field.hasDefaultValue() ? field : last;
        }
        return last;
    }

    private Schema enumeration(Schema schema) {
        return done.computeIfAbsent(
                schema.getFullName(),
                name -> {
                    List<String> symbols = new ArrayList<>(schema.getEnumSymbols());
                    if (forward) {
                        symbols.add(ADDED_SYMBOL);
                    } else {
                        symbols.remove(symbols.size() - 1);
                    }
                    return Schema.createEnum(
                            schema.getName(),
                            null,
                            schema.getNamespace(),
                            symbols,
                            schema.getEnumDefault());
                });
    }
}
