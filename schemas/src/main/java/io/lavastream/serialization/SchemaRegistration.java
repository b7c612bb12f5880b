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
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/** Registers the schemas of all topics before the first record, so that foreign clients can look them up. */
public final class SchemaRegistration {
    static {
        AvroSafety.install();
    }

    private static final String COMPATIBILITY = CompatibilityLevel.FULL_TRANSITIVE.name;

    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

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

    /** Something about a subject that is not as the service needs it. */
    public record Difference(String subject, String what, String found, String expected) {
        @Override
        public String toString() {
            return "%s: %s is %s (expected: %s)".formatted(subject, what, found, expected);
        }
    }

    /**
     * Compares a registry with what {@link #register} would leave there, and changes nothing. Further versions of a
     * schema are no difference.
     *
     * @throws IllegalStateException when the registry refuses to tell, with its reason
     */
    public static List<Difference> check(SchemaRegistryClient registry, List<Topic> topics) {
        List<Difference> differences = new ArrayList<>();
        for (Topic topic : topics) {
            topic.value()
                    .map(SchemaRegistration::publishedSchema)
                    .flatMap(schema -> check(registry, topic.valueSubject(), schema))
                    .ifPresent(differences::add);
        }
        return differences;
    }

    private static Optional<Difference> check(
            SchemaRegistryClient registry, String subject, Schema schema) {
        try {
            registry.getId(subject, new AvroSchema(schema));
            String found = registry.getCompatibility(subject);
            return COMPATIBILITY.equals(found)
                    ? Optional.empty()
                    : Optional.of(new Difference(subject, "compatibility", found, COMPATIBILITY));
        } catch (RestClientException e) {
            if (e.getStatus() == NOT_FOUND && RegistryRetry.isAnswer(e)) {
                return Optional.of(new Difference(subject, "schema", "missing", "registered"));
            }
            throw new IllegalStateException(
                    "%s: %s".formatted(subject, RegistryAnswer.describe(e)), e);
        } catch (IOException e) {
            throw new UncheckedIOException("%s: %s".formatted(subject, e.getMessage()), e);
        }
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
            int id = registerPatiently(registry, subject, new AvroSchema(schema));
            // After the first version: a registry may know no subject before it.
            registry.updateCompatibility(subject, COMPATIBILITY);
            return new Registered(subject, id);
        } catch (RestClientException e) {
            throw new IllegalStateException(
                    "schema registry refuses %s: %s".formatted(subject, RegistryAnswer.describe(e)),
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "registering %s: %s".formatted(subject, e.getMessage()), e);
        }
    }

    /** Processes that start together register the same: a registry may refuse one of them, as if it were another schema. */
    private static int registerPatiently(
            SchemaRegistryClient registry, String subject, AvroSchema schema)
            throws IOException, RestClientException {
        try {
            return registry.register(subject, schema);
        } catch (RestClientException e) {
            if (e.getStatus() != CONFLICT) {
                throw e;
            }
            return registry.register(subject, schema);
        }
    }
}
