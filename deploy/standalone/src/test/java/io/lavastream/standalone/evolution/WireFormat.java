package io.lavastream.standalone.evolution;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;

/** A client of another version than ours, which knows Avro and the registry and none of our classes. */
record WireFormat(SchemaRegistryClient registry) {
    private static final int HEADER_BYTES = 5;

    /** Writes as a producer does whose schema is that of {@code record}, which it registers. */
    byte[] write(String subject, GenericRecord record) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream header = new DataOutputStream(bytes);
        header.write(0);
        header.writeInt(registry.register(subject, new AvroSchema(record.getSchema())));
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    /** Reads as a consumer does that expects {@code schema}, whatever the record was written with. */
    GenericRecord read(byte[] bytes, Schema schema) throws Exception {
        int id = ByteBuffer.wrap(bytes, 1, Integer.BYTES).getInt();
        Schema writer = ((AvroSchema) registry.getSchemaById(id)).rawSchema();
        return new GenericDatumReader<GenericRecord>(writer, schema)
                .read(
                        null,
                        DecoderFactory.get()
                                .binaryDecoder(
                                        bytes, HEADER_BYTES, bytes.length - HEADER_BYTES, null));
    }
}
