package io.lavastream.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topics;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;

/** The rules of the schema file, held for every record on a topic. */
class SchemaDocumentationTest {
    private static final List<Schema> SCHEMAS =
            Topics.all(Lanes.DEFAULT).stream()
                    .flatMap(topic -> topic.value().stream())
                    .distinct()
                    .map(type -> SpecificData.get().getSchema(type))
                    .toList();

    @Test
    void everyRecordAndFieldSaysWhatItIs() {
        Set<String> undocumented = new HashSet<>();
        Set<String> seen = new HashSet<>();

        SCHEMAS.forEach(schema -> collectUndocumented(schema, undocumented, seen));

        assertThat(undocumented).isEmpty();
        assertThat(seen)
                .contains("io.lavastream.schemas.Sampling", "io.lavastream.schemas.ImageTicket");
    }

    @Test
    void everyEnumHasADefaultSoThatItMayGrow() {
        Set<Schema> enums = new HashSet<>();
        SCHEMAS.forEach(schema -> collectEnums(schema, enums, new HashSet<>()));

        assertThat(enums)
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.getEnumDefault()).isEqualTo("UNKNOWN"));
    }

    @Test
    void aConsumerOfTodayReadsAnEnumSymbolOfTomorrow() {
        Schema today = FailureCode.getClassSchema();
        List<String> symbols = new java.util.ArrayList<>(today.getEnumSymbols());
        symbols.add("INVENTED_LATER");
        Schema tomorrow =
                Schema.createEnum(today.getName(), "", today.getNamespace(), symbols, "UNKNOWN");

        assertThat(SchemaCompatibility.checkReaderWriterCompatibility(today, tomorrow).getType())
                .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    private static void collectUndocumented(
            Schema schema, Set<String> undocumented, Set<String> seen) {
        switch (schema.getType()) {
            case RECORD -> {
                if (!seen.add(schema.getFullName())) {
                    return;
                }
                note(schema.getDoc(), schema.getName(), undocumented);
                for (Schema.Field field : schema.getFields()) {
                    note(field.doc(), schema.getName() + "." + field.name(), undocumented);
                    collectUndocumented(field.schema(), undocumented, seen);
                }
            }
            case ENUM, FIXED -> note(schema.getDoc(), schema.getName(), undocumented);
            case ARRAY -> collectUndocumented(schema.getElementType(), undocumented, seen);
            case UNION ->
                    schema.getTypes()
                            .forEach(type -> collectUndocumented(type, undocumented, seen));
            default -> {}
        }
    }

    private static void note(String doc, String name, Set<String> undocumented) {
        if (doc == null || doc.isBlank()) {
            undocumented.add(name);
        }
    }

    private static void collectEnums(Schema schema, Set<Schema> enums, Set<String> seen) {
        switch (schema.getType()) {
            case ENUM -> enums.add(schema);
            case RECORD -> {
                if (seen.add(schema.getFullName())) {
                    schema.getFields().forEach(field -> collectEnums(field.schema(), enums, seen));
                }
            }
            case ARRAY -> collectEnums(schema.getElementType(), enums, seen);
            case UNION -> schema.getTypes().forEach(type -> collectEnums(type, enums, seen));
            default -> {}
        }
    }
}
