package io.lavastream.ingest;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.testutil.MockSchemaRegistry;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.topics.Topics;
import java.util.List;

/** In-process schema registries with our schemas in them. */
final class Registries {
    private Registries() {}

    static RegistrySettings withSchemasOf(String lane) {
        String scope = "ingest-" + lane;
        SchemaRegistryClient client = MockSchemaRegistry.getClientForScope(scope);
        SchemaRegistration.register(client, Topics.all(List.of(lane)));
        return RegistrySettings.of("mock://" + scope);
    }
}
