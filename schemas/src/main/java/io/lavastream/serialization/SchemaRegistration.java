package io.lavastream.serialization;

import io.confluent.kafka.schemaregistry.CompatibilityLevel;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchemaUtils;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.lavastream.topics.Topic;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Registers the schemas of all topics before the first record, so that foreign clients can look them up. */
public final class SchemaRegistration {
    static {
        AvroSafety.install();
    }

    private static final String COMPATIBILITY = CompatibilityLevel.FULL_TRANSITIVE.name;

    private SchemaRegistration() {}

    /** A registered schema. */
    public record Registered(String subject, int id) {}

    /**
     * Registers every topic's value schema under its subject and sets the subject's compatibility to FULL_TRANSITIVE.
     *
     * @throws IllegalStateException when the registry refuses one, with its reason
     */
    public static List<Registered> register(SchemaRegistryClient registry, List<Topic> topics) {
        List<Registered> registered = new ArrayList<>();
        for (Topic topic : topics) {
            topic.value()
                    .map(SchemaRegistration::publishedSchema)
                    .ifPresent(
                            schema ->
                                    registered.add(
                                            register(registry, topic.valueSubject(), schema)));
        }
        return registered;
    }

    /** The schema as foreign clients see it, without Avro's hints for Java; serializers write the same one. */
    public static Schema publishedSchema(Class<? extends SpecificRecord> type) {
        Schema schema = SpecificData.get().getSchema(type);
        return AvroSchemaUtils.getSchema(
                SpecificData.newInstance(type, schema), false, false, true);
    }

    private static Registered register(
            SchemaRegistryClient registry, String subject, Schema schema) {
        try {
            int id = registry.register(subject, new AvroSchema(schema));
            // After the first version: a registry may know no subject before it.
            registry.updateCompatibility(subject, COMPATIBILITY);
            return new Registered(subject, id);
        } catch (RestClientException e) {
            throw new IllegalStateException(
                    "schema registry refuses %s: %s".formatted(subject, e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("schema registry, registering %s".formatted(subject), e);
        }
    }
}
