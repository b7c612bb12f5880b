package io.lavastream.standalone.security;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.lavastream.standalone.Ports;
import io.lavastream.standalone.registry.EmbeddedRegistry;
import io.lavastream.standalone.registry.RegistryHome;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The real registry behind a door of TLS and basic authentication, as production has it: the registry itself keeps no
 * users.
 */
final class SecuredRegistry implements AutoCloseable {
    private final EmbeddedRegistry registry;
    private final HttpsServer door;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final HttpClient inside = HttpClient.newHttpClient();

    private SecuredRegistry(EmbeddedRegistry registry, HttpsServer door) {
        this.registry = registry;
        this.door = door;
    }

    /**
     * Starts both.
     *
     * @param passwords by user
     */
    static SecuredRegistry start(
            Path directory, Certificates certificates, Map<String, String> passwords)
            throws Exception {
        EmbeddedRegistry registry =
                EmbeddedRegistry.start(RegistryHome.fromSystemProperty(), directory, Ports.ANY);
        HttpsServer door =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        door.setHttpsConfigurator(new HttpsConfigurator(context(certificates)));
        SecuredRegistry secured = new SecuredRegistry(registry, door);
        door.setExecutor(secured.threads);
        door.createContext("/", secured::pass)
                .setAuthenticator(
                        new BasicAuthenticator("registry") {
                            @Override
                            public boolean checkCredentials(String user, String password) {
                                return password.equals(passwords.get(user));
                            }
                        });
        door.start();
        return secured;
    }

    String url() {
        return "https://%s:%d/apis/ccompat/v7"
                .formatted(Ports.LOOPBACK, door.getAddress().getPort());
    }

    private void pass(HttpExchange exchange) throws IOException {
        String origin = registry.url().replaceFirst("/apis/.*", "");
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(origin + exchange.getRequestURI()))
                        .method(
                                exchange.getRequestMethod(),
                                HttpRequest.BodyPublishers.ofByteArray(
                                        exchange.getRequestBody().readAllBytes()));
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        if (type != null) {
            request.header("Content-Type", type);
        }
        try (exchange) {
            HttpResponse<byte[]> response =
                    inside.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            response.headers()
                    .firstValue("Content-Type")
                    .ifPresent(value -> exchange.getResponseHeaders().set("Content-Type", value));
            exchange.sendResponseHeaders(
                    response.statusCode(),
                    response.body().length == 0 ? -1 : response.body().length);
            exchange.getResponseBody().write(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static SSLContext context(Certificates certificates) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream file = Files.newInputStream(certificates.keyStore())) {
            store.load(file, Certificates.PASSWORD.toCharArray());
        }
        KeyManagerFactory keys =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, Certificates.PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    @Override
    public void close() {
        door.stop(0);
        threads.shutdownNow();
        registry.close();
    }
}
