package io.lavastream.standalone.cli;

import io.lavastream.standalone.Progress;
import io.lavastream.standalone.bounded.BoundedRun;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.standalone.service.Placement;
import io.lavastream.standalone.service.Role;
import io.lavastream.standalone.service.Service;
import io.lavastream.standalone.service.ServiceConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the service, or some of its parts, until it is told to stop. */
@Command(
        name = "serve",
        description = {
            "Runs the service until Ctrl-C, or with --bounded until its backlog is done. Topics are"
                    + " created and schemas registered where they are missing.",
            "What has an address is not started here: with --bootstrap-servers and"
                    + " --schema-registry-url the service runs on another cluster."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream serve",
            "  lavastream serve --data DIR --broker-port 9092 --registry-port 8081",
            "  lavastream serve --data DIR --bootstrap-servers kafka:9092 --schema-registry-url"
                    + " http://registry:8081",
            "  lavastream serve --roles job --model DIR --data DIR \\",
            "      --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081",
            "  lavastream serve --no-create --kafka-config tls.properties --registry-config registry.properties ...",
            "  lavastream serve --bounded --lanes bulk --data DIR \\",
            "      --bootstrap-servers kafka:9092 --schema-registry-url http://registry:8081"
        })
final class ServeCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private ServiceOptions service;
    @Mixin private ClusterOptions cluster;
    @Mixin private TopicOptions topics;

    @Option(
            names = "--roles",
            paramLabel = "ROLE",
            split = ",",
            description =
                    "Parts that run in this process: ${COMPLETION-CANDIDATES}. Default: all that"
                            + " have no address.")
    private List<Role> roles;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Keeps topics, schemas and state over a restart. Default: a temporary"
                            + " directory, removed at the end.")
    private Path data;

    @Option(
            names = "--broker-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Port of the embedded broker. Default: a free one.")
    private int brokerPort;

    @Option(
            names = "--registry-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Port of the embedded registry. Default: a free one.")
    private int registryPort;

    @Option(
            names = "--instance",
            paramLabel = "NAME",
            description =
                    "Names this process among those that run ingest, the same over restarts."
                            + " Default: a random name, kept in --data.")
    private String instance;

    @Option(
            names = "--no-create",
            description =
                    "Create no topics and register no schemas, and refuse to start where some are missing: for"
                            + " principals that may not. See 'topics create' and 'schemas register'.")
    private boolean noCreate;

    @Option(
            names = "--bounded",
            description =
                    "End when every question that stood in the lanes' topics at the start has its"
                            + " answer or failure.")
    private boolean bounded;

    ServeCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ServiceConfig config = config();
        try (Progress progress = terminal.progress();
                DataDirectory directory = DataDirectory.open(Optional.ofNullable(data));
                Interruptible running = Interruptible.with(directory);
                Service parts = running.add(Service.start(config, directory, progress))) {
            announce(parts);
            if (bounded) {
                int open = BoundedRun.of(parts.cluster(), service.lanes()).await(parts.failure());
                terminal.out().println("done: %d requests were open".formatted(open));
                return 0;
            }
            // Ends when a part fails; Ctrl-C ends the process through the shutdown hook.
            parts.failure().join();
            return 0;
        } catch (CompletionException e) {
            terminal.err().println("lavastream: " + e.getCause().getMessage());
            return Failures.WRONG_RESULT;
        }
    }

    private ServiceConfig config() {
        return new ServiceConfig(
                placement(),
                new ServiceConfig.Ports(brokerPort, registryPort),
                cluster.clients(),
                service.lanes(),
                noCreate ? ServiceConfig.Contract.REQUIRE : ServiceConfig.Contract.APPLY,
                topics.settings(),
                new ServiceConfig.Ingest(service.delivery(), Optional.ofNullable(instance)),
                service.engine(),
                service.uris());
    }

    private Placement placement() {
        return roles == null
                ? Placement.of(cluster.bootstrapServers(), cluster.schemaRegistryUrl())
                : new Placement(
                        Set.copyOf(roles), cluster.bootstrapServers(), cluster.schemaRegistryUrl());
    }

    private void announce(Service parts) {
        parts.model()
                .ifPresent(
                        served -> {
                            terminal.out().println("model: " + served);
                            terminal.out().println("slots: " + served.slots());
                        });
        parts.bootstrapServers()
                .ifPresent(address -> terminal.out().println("bootstrap-servers: " + address));
        parts.schemaRegistryUrl()
                .ifPresent(url -> terminal.out().println("schema-registry-url: " + url));
        terminal.out().println(bounded ? "ready; ends with the backlog" : "ready; Ctrl-C to stop");
    }
}
