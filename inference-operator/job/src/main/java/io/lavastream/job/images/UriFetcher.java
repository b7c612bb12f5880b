package io.lavastream.job.images;

import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Fetches images from addresses that a request names, so that no request can make the service read an internal one:
 * {@code http} and {@code https} only, hosts of the allow-list only, no redirects, no user information, limited in
 * bytes and time, and no loopback, private or link-local target unless the host is listed as private. Safe for use by
 * several threads.
 *
 * <p>What this does not do: the HTTP client resolves the name a second time when it connects, so a listed host whose
 * DNS server changes its answer in between can still point inside. Until the checked address is pinned, list only hosts
 * whose names are in trusted hands. Nor does it retry, follow redirects, or limit what one slow host may hold.
 */
public final class UriFetcher implements AutoCloseable {
    private static final Set<String> SCHEMES = Set.of("http", "https");
    private static final int THREADS = 4;
    private static final int OK = 200;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private final UriPolicy policy;
    private final Clock clock;
    private final ExecutorService executor;
    private final HttpClient client;

    /** Starts threads named {@code name-uri-N} as they are needed; {@link #close} ends them. */
    public UriFetcher(String name, UriPolicy policy, Clock clock) {
        this.policy = policy;
        this.clock = clock;
        AtomicInteger count = new AtomicInteger();
        executor =
                Executors.newFixedThreadPool(
                        THREADS,
                        task -> {
                            Thread thread =
                                    new Thread(task, name + "-uri-" + count.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
        client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(policy.timeout())
                        .executor(executor)
                        .build();
    }

    /** Starts to fetch an image; see {@link ImageStore#fetch}. */
    public CompletableFuture<EncodedImage> fetch(String address, Instant giveUpAt) {
        long millis = Math.max(1, timeLeft(giveUpAt).toMillis());
        try {
            URI uri = allowed(address);
            // Held apart, because a time-out must reach the request itself to free its connection.
            CompletableFuture<HttpResponse<byte[]>> sent = new CompletableFuture<>();
            CompletableFuture<Void> resolved =
                    CompletableFuture.runAsync(() -> checkTargets(uri), executor);
            CompletableFuture<EncodedImage> image =
                    resolved.thenCompose(nothing -> send(uri, sent))
                            .thenApply(response -> EncodedImage.of(response.body()))
                            .orTimeout(millis, TimeUnit.MILLISECONDS);
            return image.exceptionallyCompose(
                    failure -> {
                        sent.cancel(true);
                        return CompletableFuture.failedFuture(imageFailure(uri, failure, millis));
                    });
        } catch (ImageException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Duration timeLeft(Instant giveUpAt) {
        Instant now = clock.instant();
        return giveUpAt.isBefore(now.plus(policy.timeout()))
                ? Duration.between(now, giveUpAt)
                : policy.timeout();
    }

    private URI allowed(String address) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            throw refused("address cannot be parsed: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!SCHEMES.contains(scheme)) {
            throw refused("scheme '%s' (expected: http or https)".formatted(scheme));
        }
        if (uri.getHost() == null) {
            throw refused("the address names no host");
        }
        if (uri.getUserInfo() != null) {
            throw refused("the address holds user information (expected: none)");
        }
        if (!policy.allows(uri.getHost(), uri.getPort())) {
            String port = uri.getPort() == -1 ? "" : ":" + uri.getPort();
            throw refused("host '%s%s' is not on the allow-list".formatted(uri.getHost(), port));
        }
        return uri;
    }

    private void checkTargets(URI uri) {
        if (policy.allowsPrivate(uri.getHost(), uri.getPort())) {
            return;
        }
        try {
            for (InetAddress target : InetAddress.getAllByName(uri.getHost())) {
                if (!PublicAddresses.isPublic(target)) {
                    throw refused(
                            "host '%s' resolves to an address that is not public"
                                    .formatted(uri.getHost()));
                }
            }
        } catch (UnknownHostException e) {
            throw new ImageException(
                    FailureCode.IMAGE_UNREACHABLE,
                    true,
                    "host '%s' cannot be resolved".formatted(uri.getHost()),
                    e);
        }
    }

    private CompletableFuture<HttpResponse<byte[]>> send(
            URI uri, CompletableFuture<HttpResponse<byte[]>> handle) {
        HttpRequest request = HttpRequest.newBuilder(uri).GET().build();
        CompletableFuture<HttpResponse<byte[]>> exchange =
                client.sendAsync(request, response -> body(uri, response));
        CompletableFuture<HttpResponse<byte[]>> unused =
                handle.whenComplete((response, cancelled) -> exchange.cancel(true));
        return exchange;
    }

    private HttpResponse.BodySubscriber<byte[]> body(URI uri, HttpResponse.ResponseInfo response) {
        int status = response.statusCode();
        if (status != OK) {
            boolean retryable = status >= SERVER_ERROR || status == TOO_MANY_REQUESTS;
            return LimitedBody.none(
                    () ->
                            new ImageException(
                                    FailureCode.IMAGE_UNREACHABLE,
                                    retryable,
                                    "host '%s' answered with status %d (expected: 200)"
                                            .formatted(uri.getHost(), status)));
        }
        return new LimitedBody(
                policy.maxBytes(),
                () ->
                        new ImageException(
                                FailureCode.IMAGE_TOO_LARGE,
                                false,
                                "host '%s' sends more than %d bytes"
                                        .formatted(uri.getHost(), policy.maxBytes())));
    }

    private static ImageException imageFailure(URI uri, Throwable failure, long millis) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        // The client wraps what a body subscriber reports.
        if (!(cause instanceof ImageException) && cause.getCause() instanceof ImageException) {
            cause = cause.getCause();
        }
        if (cause instanceof ImageException known) {
            return known;
        }
        String detail =
                cause instanceof TimeoutException
                        ? "host '%s' did not send the image within %d ms"
                                .formatted(uri.getHost(), millis)
                        : "host '%s' cannot be read: %s".formatted(uri.getHost(), cause);
        return new ImageException(FailureCode.IMAGE_UNREACHABLE, true, detail, cause);
    }

    private static ImageException refused(String detail) {
        return new ImageException(FailureCode.IMAGE_UNREACHABLE, false, detail);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
