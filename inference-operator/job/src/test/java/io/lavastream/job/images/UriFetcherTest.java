package io.lavastream.job.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriFetcherTest {
    private static final int MAX_BYTES = 1_000;

    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger redirected = new AtomicInteger();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();
    private HttpServer server;
    private String host;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serverThreads);
        server.createContext("/image", exchange -> answer(exchange, 200, 10));
        server.createContext("/large", exchange -> answer(exchange, 200, MAX_BYTES + 1));
        server.createContext("/missing", exchange -> answer(exchange, 404, 0));
        server.createContext("/broken", exchange -> answer(exchange, 503, 0));
        server.createContext(
                "/redirect",
                exchange -> {
                    exchange.getResponseHeaders().add("Location", "/redirected");
                    answer(exchange, 302, 0);
                });
        server.createContext(
                "/redirected",
                exchange -> {
                    redirected.incrementAndGet();
                    answer(exchange, 200, 10);
                });
        server.createContext("/slow", this::stall);
        server.start();
        host = "localhost:" + server.getAddress().getPort();
    }

    @AfterEach
    void stopServer() {
        never.countDown();
        server.stop(0);
        serverThreads.shutdownNow();
    }

    @Test
    void fetchesFromAHostThatIsAllowedByNameAsPrivate() {
        try (UriFetcher fetcher = fetcher(Set.of(host), Set.of(host))) {
            EncodedImage image = fetcher.fetch("http://" + host + "/image", Instant.MAX).join();

            assertThat(image.size()).isEqualTo(10);
        }
    }

    @Test
    void anAllowedHostMayNotPointInside() {
        ImageException refused = refused(Set.of(host), Set.of(), "http://" + host + "/image");

        assertThat(refused)
                .hasMessage("host 'localhost' resolves to an address that is not public");
        assertThat(refused.code()).isEqualTo(FailureCode.IMAGE_UNREACHABLE);
        assertThat(refused.retryable()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "file:///etc/passwd, scheme 'file' (expected: http or https)",
        "ftp://a.example/x, scheme 'ftp' (expected: http or https)",
        "http://a.example/x, host 'a.example' is not on the allow-list",
        "http://localhost:1/x, host 'localhost:1' is not on the allow-list",
        "http://user@localhost/x, the address holds user information (expected: none)",
        "http:///x, the address names no host",
        "http://127.1/x, the address names no host",
        "http://[::1]/x, host '[::1]' is not on the allow-list"
    })
    void refusesOtherAddresses(String address, String reason) {
        assertThat(refused(Set.of("localhost"), Set.of("localhost"), address)).hasMessage(reason);
    }

    @Test
    void followsNoRedirect() {
        ImageException refused = refusedPath("/redirect");

        assertThat(refused).hasMessageContaining("status 302");
        assertThat(redirected).hasValue(0);
    }

    @Test
    void stopsAtTheSizeLimit() {
        ImageException refused = refusedPath("/large");

        assertThat(refused.code()).isEqualTo(FailureCode.IMAGE_TOO_LARGE);
        assertThat(refused).hasMessageContaining("more than 1000 bytes");
    }

    @Test
    void onlyAFaultOfTheServerMayPass() {
        assertThat(refusedPath("/missing").retryable()).isFalse();
        assertThat(refusedPath("/broken").retryable()).isTrue();
    }

    @Test
    void givesUpAfterItsTime() {
        UriPolicy policy =
                new UriPolicy(Set.of(host), Set.of(host), MAX_BYTES, Duration.ofMillis(200));

        ImageException refused = refused(policy, "http://" + host + "/slow");

        assertThat(refused).hasMessageContaining("within 200 ms");
        assertThat(refused.retryable()).isTrue();
    }

    private ImageException refusedPath(String path) {
        return refused(Set.of(host), Set.of(host), "http://" + host + path);
    }

    private static ImageException refused(
            Set<String> hosts, Set<String> privateHosts, String address) {
        return refused(policy(hosts, privateHosts), address);
    }

    private static ImageException refused(UriPolicy policy, String address) {
        try (UriFetcher fetcher = new UriFetcher("test", policy, Clock.systemUTC())) {
            CompletionException failure =
                    catchThrowableOfType(
                            CompletionException.class,
                            () -> fetcher.fetch(address, Instant.MAX).join());
            return (ImageException) failure.getCause();
        }
    }

    private static UriFetcher fetcher(Set<String> hosts, Set<String> privateHosts) {
        return new UriFetcher("test", policy(hosts, privateHosts), Clock.systemUTC());
    }

    private static UriPolicy policy(Set<String> hosts, Set<String> privateHosts) {
        return new UriPolicy(hosts, privateHosts, MAX_BYTES, Duration.ofSeconds(10));
    }

    private static void answer(HttpExchange exchange, int status, int bytes) throws IOException {
        exchange.sendResponseHeaders(status, bytes == 0 ? -1 : bytes);
        if (bytes > 0) {
            exchange.getResponseBody().write(new byte[bytes]);
        }
        exchange.close();
    }

    private void stall(HttpExchange exchange) {
        try {
            never.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        exchange.close();
    }
}
