package io.lavastream.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.schemas.RecordPosition;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;

class BinarySerdeTest {
    private static final RecordPosition POSITION = new RecordPosition("vqa.images", 3, 42L);

    @Test
    void aRecordComesBackAsItWas() {
        BinarySerde<RecordPosition> serde = BinarySerde.of(RecordPosition.class);

        byte[] bytes = serde.serializer().serialize("", POSITION);

        assertThat(serde.deserializer().deserialize("", bytes)).isEqualTo(POSITION);
        assertThat(serde.serializer().serialize("", null)).isNull();
        assertThat(serde.deserializer().deserialize("", null)).isNull();
    }

    @Test
    void whatAnEarlierVersionWroteIsRead() throws Exception {
        Schema earlier =
                SchemaBuilder.record("RecordPosition")
                        .namespace("io.lavastream.schemas")
                        .fields()
                        .requiredString("topic")
                        .requiredInt("partition")
                        .requiredLong("offset")
                        .optionalString("since_removed")
                        .endRecord();
        GenericRecord old = new GenericData.Record(earlier);
        old.put("topic", "vqa.images");
        old.put("partition", 3);
        old.put("offset", 42L);
        byte[] bytes =
                new BinaryMessageEncoder<GenericRecord>(GenericData.get(), earlier)
                        .encode(old)
                        .array();

        BinarySerde<RecordPosition> serde = BinarySerde.of(RecordPosition.class, List.of(earlier));

        assertThat(serde.deserializer().deserialize("", bytes)).isEqualTo(POSITION);
    }

    @Test
    void foreignBytesAreRefusedWithTheirSize() {
        BinarySerde<RecordPosition> serde = BinarySerde.of(RecordPosition.class);

        assertThatThrownBy(() -> serde.deserializer().deserialize("", new byte[] {1, 2, 3}))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("3 bytes");
    }
}
