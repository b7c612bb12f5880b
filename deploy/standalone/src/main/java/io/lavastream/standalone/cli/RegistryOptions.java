package io.lavastream.standalone.cli;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.standalone.StartupException;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.Option;

/** Options that say which registry must have which schemas. */
final class RegistryOptions {
    @Option(
            names = "--schema-registry-url",
            required = true,
            paramLabel = "URL",
            description = "The Confluent-compatible registry.")
    private String url;

    @Option(
            names = "--registry-config",
            paramLabel = "FILE",
            description =
                    "Further settings of the registry's client, such as basic.auth.user.info (.properties).")
    private Path config;

    @Option(
            names = "--lanes",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "interactive,bulk",
            description = "Lanes, by priority. Default: ${DEFAULT-VALUE}.")
    private List<String> lanes;

    /**
     * Does {@code work} with the registry and the topics whose schemas it must have.
     *
     * @throws StartupException when the registry cannot be asked, with its reason
     */
    <T> T with(BiFunction<SchemaRegistryClient, List<Topic>, T> work) {
        List<Topic> topics = Topics.all(Lanes.checked(lanes));
        RegistrySettings settings =
                new RegistrySettings(url, PropertiesFile.read("registry-config", config));
        try (SchemaRegistryClient client = settings.newClient()) {
            return work.apply(client, topics);
        } catch (IOException | RuntimeException e) {
            throw new StartupException("schemas at %s: %s".formatted(settings, e.getMessage()), e);
        }
    }
}
