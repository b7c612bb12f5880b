package io.lavastream.standalone.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EngineConfig;
import io.lavastream.standalone.Progress;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Where the embedded parts listen: broker, registry, ingest and job, with all their children. */
@EnabledOnOs(OS.LINUX)
class LoopbackIT {
    private static final Path MODEL =
            Path.of(System.getProperty("lavastream.home")).resolve("models/scenes-llava");

    @TempDir Path directory;

    @Test
    void everythingListensOnLoopbackOnly() throws Exception {
        PrintStream silent = new PrintStream(OutputStream.nullOutputStream(), false, UTF_8);
        List<InetSocketAddress> before = listening();
        try (Progress progress = Progress.on(silent, false);
                DataDirectory data = DataDirectory.open(Optional.of(directory));
                Service service =
                        Service.start(
                                ServiceConfig.embedded(EngineConfig.defaults(MODEL)),
                                data,
                                progress)) {
            List<InetSocketAddress> addresses = new ArrayList<>(listening());
            addresses.removeAll(before);

            int broker =
                    URI.create("kafka://" + service.bootstrapServers().orElseThrow()).getPort();
            int registry = URI.create(service.schemaRegistryUrl().orElseThrow()).getPort();
            assertThat(addresses.stream().map(InetSocketAddress::getPort))
                    .contains(broker, registry);
            assertThat(addresses)
                    .allSatisfy(
                            address ->
                                    assertThat(address.getAddress().isLoopbackAddress())
                                            .as("%s", address)
                                            .isTrue());
        }
    }

    @Test
    void anOpenDoorWouldBeSeen() throws Exception {
        try (ServerSocket open = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[4]))) {
            assertThat(ListeningSockets.of(ProcessHandle.current()))
                    .filteredOn(address -> address.getPort() == open.getLocalPort())
                    .singleElement()
                    .satisfies(
                            address ->
                                    assertThat(address.getAddress().isAnyLocalAddress()).isTrue());
        }
    }

    private static List<InetSocketAddress> listening() throws Exception {
        List<InetSocketAddress> addresses =
                new ArrayList<>(ListeningSockets.of(ProcessHandle.current()));
        for (ProcessHandle child : ProcessHandle.current().descendants().toList()) {
            addresses.addAll(ListeningSockets.of(child));
        }
        return addresses;
    }
}
