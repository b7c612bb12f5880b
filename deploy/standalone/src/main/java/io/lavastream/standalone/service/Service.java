package io.lavastream.standalone.service;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.lavastream.engine.ModelDescription;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.serialization.SchemaRegistration;
import io.lavastream.serialization.SchemaRegistration.Difference;
import io.lavastream.serialization.SchemaRegistration.Registered;
import io.lavastream.standalone.Causes;
import io.lavastream.standalone.Progress;
import io.lavastream.standalone.StartupException;
import io.lavastream.standalone.broker.EmbeddedBroker;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.registry.EmbeddedRegistry;
import io.lavastream.standalone.registry.RegistryHome;
import io.lavastream.standalone.service.ServiceConfig.Contract;
import io.lavastream.topics.Topic;
import io.lavastream.topics.Topic.Party;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.Topics;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;

/**
 * The parts of the service that this process runs: started along the data's way, stopped in reverse. Safe for use by
 * several threads once started.
 */
public final class Service implements AutoCloseable {
    private final ServiceConfig config;
    private final DataDirectory data;
    private final Progress progress;
    private final Parts parts = new Parts();
    private Optional<EmbeddedBroker> broker = Optional.empty();
    private Optional<EmbeddedRegistry> registry = Optional.empty();
    private Optional<ModelDescription> model = Optional.empty();
    private final CompletableFuture<Void> failure = new CompletableFuture<>();

    private Service(ServiceConfig config, DataDirectory data, Progress progress) {
        this.config = config;
        this.data = data;
        this.progress = progress;
    }

    /**
     * Starts the parts and returns when a question sent now is worked on at once.
     *
     * @param data stays the caller's, who closes it after the service
     * @throws io.lavastream.engine.CheckpointException when the model cannot be served; but for what only loading
     *     shows, it is found before anything starts
     * @throws StartupException when a part does not come up
     */
    public static Service start(ServiceConfig config, DataDirectory data, Progress progress) {
        Service service = new Service(config, data, progress);
        try {
            service.start();
            return service;
        } catch (RuntimeException | Error e) {
            service.close();
            throw e;
        }
    }

    /** Address of the broker; empty if this process neither runs nor was given one. */
    public Optional<String> bootstrapServers() {
        return broker.map(EmbeddedBroker::bootstrapServers)
                .or(() -> config.placement().bootstrapServers());
    }

    /** Address of the schema registry; empty if this process neither runs nor was given one. */
    public Optional<String> schemaRegistryUrl() {
        return registry.map(EmbeddedRegistry::url).or(() -> config.placement().schemaRegistryUrl());
    }

    /** What the model runs as; empty if this process does not run the job. */
    public Optional<ModelDescription> model() {
        return model;
    }

    /** Where clients find the topics. Needs both addresses. */
    public Cluster cluster() {
        return new Cluster(
                bootstrapServers().orElseThrow(),
                registrySettings().orElseThrow(),
                config.clients().kafka());
    }

    /** Completes, exceptionally, when a part has ended for good though nobody stopped it. */
    public CompletableFuture<Void> failure() {
        return failure;
    }

    /** Stops the parts in reverse order. A second call finds nothing to do. */
    @Override
    public void close() {
        parts.close();
    }

    private void start() {
        if (config.placement().runs(Role.JOB)) {
            // Reads headers only: a directory that cannot be served shows before anything else
            // starts.
            model = Optional.of(LlavaEngine.check(config.engine()));
        }
        Futures.joinBoth(
                CompletableFuture.runAsync(this::startBroker),
                CompletableFuture.runAsync(this::startRegistry));
        if (config.contract() == Contract.APPLY) {
            bootstrapServers().ifPresent(this::createTopics);
            registrySettings().ifPresent(this::registerSchemas);
        } else {
            bootstrapServers().ifPresent(this::requireTopics);
            registrySettings().ifPresent(this::requireSchemas);
        }
        if (!config.placement().works()) {
            return;
        }
        // Known better now: a device may have had room for fewer slots than it seemed.
        Workers workers =
                new Workers(config, data, parts, progress, served -> model = Optional.of(served));
        workers.start(cluster(), failure);
    }

    private void startBroker() {
        if (config.placement().runs(Role.BROKER)) {
            int port = config.ports().broker();
            broker =
                    Optional.of(
                            progress.step(
                                    "broker", () -> EmbeddedBroker.start(data.broker(), port)));
            broker.ifPresent(parts::add);
        }
    }

    private void startRegistry() {
        if (config.placement().runs(Role.REGISTRY)) {
            RegistryHome home = RegistryHome.fromSystemProperty();
            int port = config.ports().registry();
            registry =
                    Optional.of(
                            progress.step(
                                    "registry",
                                    () -> EmbeddedRegistry.start(home, data.registry(), port)));
            registry.ifPresent(
                    embedded -> {
                        parts.add(embedded);
                        Futures.failWith(embedded.failure(), failure);
                    });
        }
    }

    private void createTopics(String address) {
        withTopics(address, topics -> topics.create(Topics.all(config.lanes())));
    }

    private void requireTopics(String address) {
        // Ingest compares the settings of its topics by itself; the job may not even see those of
        // others.
        List<String> missing = withTopics(address, topics -> topics.missing(topicsOfOurRoles()));
        if (!missing.isEmpty()) {
            throw new StartupException(
                    "topics at %s: %s missing (expected: made by 'lavastream topics create')"
                            .formatted(address, String.join(", ", missing)));
        }
    }

    private List<Topic> topicsOfOurRoles() {
        return Topics.all(config.lanes()).stream()
                .filter(
                        topic ->
                                isOurs(topic, Role.INGEST, Party.INGEST)
                                        || isOurs(topic, Role.JOB, Party.JOB))
                .toList();
    }

    private boolean isOurs(Topic topic, Role role, Party party) {
        return config.placement().runs(role)
                && (topic.writers().contains(party) || topic.readers().contains(party));
    }

    private <T> T withTopics(String address, Function<TopicAdmin, T> work) {
        Cluster cluster = new Cluster(address, RegistrySettings.of(""), config.clients().kafka());
        try (Admin admin = Admin.create(cluster.clientConfig())) {
            return work.apply(new TopicAdmin(admin, config.topics()));
        } catch (KafkaException e) {
            throw new StartupException("topics at %s: %s".formatted(address, Causes.of(e)), e);
        }
    }

    private void registerSchemas(RegistrySettings settings) {
        List<Registered> registered =
                withRegistry(
                        settings,
                        client -> SchemaRegistration.register(client, Topics.all(config.lanes())));
        registry.ifPresent(
                embedded -> embedded.keep(registered.stream().map(Registered::id).toList()));
    }

    private void requireSchemas(RegistrySettings settings) {
        List<Difference> differences =
                withRegistry(
                        settings,
                        client -> SchemaRegistration.check(client, Topics.all(config.lanes())));
        if (!differences.isEmpty()) {
            throw new StartupException(
                    "schemas at %s: %s; made by 'lavastream schemas register'"
                            .formatted(settings, differences.get(0)));
        }
    }

    private static <T> T withRegistry(
            RegistrySettings settings, Function<SchemaRegistryClient, T> work) {
        try (SchemaRegistryClient client = settings.newClient()) {
            return work.apply(client);
        } catch (IOException | RuntimeException e) {
            throw new StartupException("schemas at %s: %s".formatted(settings, e.getMessage()), e);
        }
    }

    private Optional<RegistrySettings> registrySettings() {
        return schemaRegistryUrl()
                .map(url -> new RegistrySettings(url, config.clients().registry()));
    }
}
