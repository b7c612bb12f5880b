package io.lavastream.job.images;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriFetcherTest {
    private static final int MAX_BYTES = 1_000;
    private static final int PLACES = 8;
    private static final Clock CLOCK = Clock.systemUTC();

    /** Nothing is slow, and nobody waits long before the next try. */
    private static final FetchPatience QUICK =
            new FetchPatience(
                    4, Duration.ofMillis(1), Duration.ofHours(1), 100, Duration.ofHours(1));

    /** Begins as a PNG does. */
    private static final byte[] IMAGE =
            Arrays.copyOf(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'}, 20);

    private final CountDownLatch never = new CountDownLatch(1);
    private final AtomicInteger redirected = new AtomicInteger();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<String> hostHeader = new AtomicReference<>();
    private final ExecutorService serverThreads = Executors.newCachedThreadPool();
    private HttpServer server;
    private String host;

    @BeforeEach
    void startServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(serverThreads);
        on("/image", exchange -> answer(exchange, 200, IMAGE));
        on("/large", exchange -> answer(exchange, 200, Arrays.copyOf(IMAGE, MAX_BYTES + 1)));
        on("/missing", exchange -> answer(exchange, 404, IMAGE));
        on("/broken", exchange -> answer(exchange, 503, IMAGE));
        on("/flaky", exchange -> answer(exchange, asked.get() < 3 ? 503 : 200, IMAGE));
        on("/empty", exchange -> answer(exchange, 200, new byte[0]));
        on("/loop", exchange -> redirect(exchange, "/loop"));
        on(
                "/page",
                exchange -> {
                    exchange.getResponseHeaders().add("Content-Type", "image/png");
                    answer(exchange, 200, "<html>no image at all</html>".getBytes(UTF_8));
                });
        on(
                "/redirect",
                exchange -> {
                    String query = exchange.getRequestURI().getQuery();
                    redirect(
                            exchange,
                            query == null ? "/redirected" : query.substring("to=".length()));
                });
        on(
                "/redirected",
                exchange -> {
                    redirected.incrementAndGet();
                    answer(exchange, 200, IMAGE);
                });
        on("/slow", this::stall);
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

            assertThat(image.size()).isEqualTo(IMAGE.length);
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
        "http://[::1]/x, host '[::1]' is not on the allow-list",
        "http://[::ffff:127.0.0.1]/x, host '[::ffff:127.0.0.1]' is not on the allow-list",
        "http://2130706433/x, host '2130706433' is not on the allow-list",
        "http://0x7f000001/x, host '0x7f000001' is not on the allow-list",
        "http://0177.0.0.1/x, host '0177.0.0.1' is not on the allow-list",
        "http://localhost./x, host 'localhost.' is not on the allow-list",
        "http://localhost%2f@evil.example/x, the address holds user information (expected: none)",
        "http://evil.example#@localhost/x, host 'evil.example' is not on the allow-list",
        "http://localhost:80@evil.example/x, the address holds user information (expected: none)",
        "gopher://localhost/x, scheme 'gopher' (expected: http or https)",
        "jar:http://localhost/x!/y, scheme 'jar' (expected: http or https)",
        "//localhost/x, scheme '' (expected: http or https)"
    })
    void refusesOtherAddresses(String address, String reason) {
        assertThat(refused(Set.of("localhost"), Set.of("localhost"), address)).hasMessage(reason);
    }

    @Test
    void followsARedirectWithinTheAllowedHosts() {
        try (UriFetcher fetcher = fetcher(Set.of(host), Set.of(host))) {
            EncodedImage image = fetcher.fetch("http://" + host + "/redirect", Instant.MAX).join();

            assertThat(image.size()).isEqualTo(IMAGE.length);
            assertThat(redirected).hasValue(1);
        }
    }

    @Test
    void looksAtEachRedirectLikeAtTheFirstAddress() {
        assertThat(refusedPath("/redirect?to=http://other.example/x"))
                .hasMessage("host 'other.example' is not on the allow-list");
        assertThat(refusedPath("/redirect?to=http://user@" + host + "/redirected"))
                .hasMessage("the address holds user information (expected: none)");
        assertThat(refusedPath("/redirect?to=file:///etc/passwd"))
                .hasMessage("scheme 'file' (expected: http or https)");
        assertThat(refusedPath("/redirect?to=http://%5Bbad"))
                .hasMessage("host 'localhost' redirects to no address");
        // The second host is allowed by name, but not to be private.
        String literal = "127.0.0.1:" + server.getAddress().getPort();
        assertThat(
                        refused(
                                Set.of(host, literal),
                                Set.of(host),
                                "http://" + host + "/redirect?to=http://" + literal + "/image"))
                .hasMessage("host '127.0.0.1' resolves to an address that is not public");
        assertThat(redirected).hasValue(0);
    }

    @Test
    void stopsAtTheThirdRedirect() {
        assertThat(refusedPath("/loop"))
                .hasMessage("host 'localhost' redirects further (expected: at most 3 redirects)");
        assertThat(asked).hasValue(4);
    }

    @Test
    void believesNoContentType() {
        ImageException refused = refusedPath("/page");

        assertThat(refused.code()).isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
        assertThat(refused)
                .hasMessage(
                        "host 'localhost' sends no image (expected: PNG, JPEG, GIF, BMP or WebP)");
        assertThat(refusedPath("/empty").code()).isEqualTo(FailureCode.IMAGE_UNSUPPORTED);
    }

    @Test
    void connectsToTheAddressThatWasCheckedAndResolvesTheNameOnce() {
        String name = "pinned.example:" + server.getAddress().getPort();
        AtomicInteger resolved = new AtomicInteger();
        HttpImages.NameResolver names =
                host -> {
                    resolved.incrementAndGet();
                    assertThat(host).isEqualTo("pinned.example");
                    return new InetAddress[] {InetAddress.getLoopbackAddress()};
                };
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test", policy(Set.of(name), Set.of(name)), PLACES, QUICK, names, CLOCK)) {
            // Nobody but our resolver knows that name.
            EncodedImage image = fetcher.fetch("http://" + name + "/image", Instant.MAX).join();

            assertThat(image.size()).isEqualTo(IMAGE.length);
            assertThat(resolved).hasValue(1);
            assertThat(hostHeader).hasValue(name);
        }
    }

    @Test
    void refusesANameOfWhichOneAddressIsNotPublic() {
        HttpImages.NameResolver names =
                host ->
                        new InetAddress[] {
                            InetAddress.getByName("8.8.8.8"), InetAddress.getByName("10.0.0.1")
                        };
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test",
                        policy(Set.of("mixed.example"), Set.of()),
                        PLACES,
                        QUICK,
                        names,
                        CLOCK)) {
            assertThat(failure(fetcher, "http://mixed.example/x", Instant.MAX))
                    .hasMessage("host 'mixed.example' resolves to an address that is not public");
        }
    }

    @Test
    void triesAgainWhatMayPass() {
        try (UriFetcher fetcher = fetcher(Set.of(host), Set.of(host))) {
            EncodedImage image = fetcher.fetch("http://" + host + "/flaky", Instant.MAX).join();

            assertThat(image.size()).isEqualTo(IMAGE.length);
            assertThat(asked).hasValue(3);
        }
        asked.set(0);
        refusedPath("/missing");
        assertThat(asked).hasValue(1);
    }

    @Test
    void stopsTryingWhenTheImageIsOfNoMoreUse() {
        FetchPatience longBackoff =
                new FetchPatience(4, Duration.ofHours(1), Duration.ofHours(1), 100, QUICK.open());
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test",
                        policy(Set.of(host), Set.of(host)),
                        PLACES,
                        longBackoff,
                        InetAddress::getAllByName,
                        CLOCK)) {
            ImageException late =
                    failure(fetcher, "http://" + host + "/broken", CLOCK.instant().plusMillis(300));

            assertThat(late).hasMessageContaining("did not come within");
            assertThat(late.retryable()).isTrue();
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void aHostThatKeepsFailingIsNotAskedForAWhile() {
        FetchPatience oneTry =
                new FetchPatience(1, QUICK.backoff(), Duration.ofHours(1), 6, Duration.ofHours(1));
        String other = "127.0.0.1:" + server.getAddress().getPort();
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test",
                        policy(Set.of(host, other), Set.of(host, other)),
                        PLACES,
                        oneTry,
                        InetAddress::getAllByName,
                        CLOCK)) {
            for (int i = 0; i < 6; i++) {
                failure(fetcher, "http://" + host + "/broken", Instant.MAX);
            }

            ImageException refused = failure(fetcher, "http://" + host + "/image", Instant.MAX);

            assertThat(refused)
                    .hasMessageContaining("kept failing and is not asked for 3600000 ms");
            assertThat(refused.retryable()).isTrue();
            assertThat(asked).hasValue(6);
            // Its neighbour is.
            assertThat(fetcher.fetch("http://" + other + "/image", Instant.MAX).join().size())
                    .isEqualTo(IMAGE.length);
        }
    }

    @Test
    void requestsThatWaitNoLongerSayNothingAboutTheHost() {
        FetchPatience quickToJudge =
                new FetchPatience(1, QUICK.backoff(), Duration.ofHours(1), 2, Duration.ofHours(1));
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test",
                        policy(Set.of(host), Set.of(host)),
                        PLACES,
                        quickToJudge,
                        InetAddress::getAllByName,
                        CLOCK)) {
            for (int i = 0; i < 3; i++) {
                failure(fetcher, "http://" + host + "/slow", CLOCK.instant().plusMillis(50));
            }

            assertThat(fetcher.fetch("http://" + host + "/image", Instant.MAX).join().size())
                    .isEqualTo(IMAGE.length);
        }
    }

    @Test
    void aSlowHostHoldsAQuarterOfThePlacesAndOthersAreServed() throws Exception {
        String other = "127.0.0.1:" + server.getAddress().getPort();
        FetchPatience soonSlow =
                new FetchPatience(1, QUICK.backoff(), Duration.ofMillis(100), 100, QUICK.open());
        UriPolicy patient =
                new UriPolicy(
                        Set.of(host, other), Set.of(host, other), MAX_BYTES, Duration.ofHours(1));
        try (UriFetcher fetcher =
                new UriFetcher(
                        "test", patient, PLACES, soonSlow, InetAddress::getAllByName, CLOCK)) {
            List<CompletableFuture<EncodedImage>> slow = new ArrayList<>();
            for (int i = 0; i < PLACES; i++) {
                slow.add(fetcher.fetch("http://" + host + "/slow", Instant.MAX));
            }
            CountDownLatch givenUp = new CountDownLatch(PLACES - PLACES / 4);
            for (CompletableFuture<EncodedImage> image : slow) {
                var unused = image.whenComplete((bytes, failure) -> givenUp.countDown());
            }
            assertThat(givenUp.await(60, TimeUnit.SECONDS)).isTrue();

            assertThat(slow.stream().filter(image -> !image.isDone())).hasSize(PLACES / 4);
            assertThat(failure(fetcher, "http://" + host + "/image", Instant.MAX))
                    .hasMessageContaining("is slow: 2 images wait for it")
                    .extracting(ImageException::retryable)
                    .isEqualTo(true);
            assertThat(fetcher.fetch("http://" + other + "/image", Instant.MAX).join().size())
                    .isEqualTo(IMAGE.length);
        }
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
    void closingEndsWhatWaits() {
        UriFetcher fetcher = fetcher(Set.of(host), Set.of(host));
        CompletableFuture<EncodedImage> slow =
                fetcher.fetch("http://" + host + "/slow", Instant.MAX);

        fetcher.close();

        assertThat(slow)
                .failsWithin(Duration.ofSeconds(30))
                .withThrowableThat()
                .withMessageContaining("the image reader is closing");
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
        try (UriFetcher fetcher = fetcher(policy)) {
            return failure(fetcher, address, Instant.MAX);
        }
    }

    private static ImageException failure(UriFetcher fetcher, String address, Instant giveUpAt) {
        CompletionException failure =
                catchThrowableOfType(
                        CompletionException.class, () -> fetcher.fetch(address, giveUpAt).join());
        return (ImageException) failure.getCause();
    }

    private static UriFetcher fetcher(Set<String> hosts, Set<String> privateHosts) {
        return fetcher(policy(hosts, privateHosts));
    }

    private static UriFetcher fetcher(UriPolicy policy) {
        return new UriFetcher("test", policy, PLACES, QUICK, InetAddress::getAllByName, CLOCK);
    }

    private static UriPolicy policy(Set<String> hosts, Set<String> privateHosts) {
        return new UriPolicy(hosts, privateHosts, MAX_BYTES, Duration.ofSeconds(10));
    }

    private void on(String path, HttpHandler handler) {
        server.createContext(
                path,
                exchange -> {
                    asked.incrementAndGet();
                    hostHeader.set(exchange.getRequestHeaders().getFirst("Host"));
                    handler.handle(exchange);
                });
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().add("Location", location);
        answer(exchange, 302, new byte[0]);
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
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
