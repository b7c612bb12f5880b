package io.lavastream.job.images;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.lavastream.engine.EncodedImage;
import io.lavastream.schemas.FailureCode;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fetches images from addresses that a request names, so that no request can make the service read an internal one. What
 * may be fetched is {@link UriPolicy}'s matter; each redirect is looked at like the first address. Faults that may pass
 * are tried again while the image is of use. A host that keeps failing is not asked for a while, and a slow one holds at
 * most a quarter of the lane's places. Safe for use by several threads.
 */
public final class UriFetcher implements AutoCloseable {
    private static final int MOST_REDIRECTS = 3;

    /** Whoever waits without a limit waits so long at most. */
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    /** A try that lasts longer than this share of its time limit counts against its host. */
    private static final int SLOW_TRY_SHARE = 2;

    private final UriPolicy policy;
    private final FetchPatience patience;
    private final int slowPlaces;
    private final int places;
    private final Clock clock;

    private final ThreadPoolExecutor blocking;
    private final ScheduledExecutorService timer;
    private final HttpImages http;
    private final FileImages files;
    private final Retry retry;

    /** One entry a permitted host at most. */
    private final Map<String, Host> hosts = new ConcurrentHashMap<>();

    /** By the number of the fetch. */
    private final Map<Long, CompletableFuture<EncodedImage>> underWay = new ConcurrentHashMap<>();

    private final AtomicLong fetches = new AtomicLong();

    private record Host(String name, CircuitBreaker breaker, HostPlaces places) {}

    /**
     * Starts threads whose names begin with {@code name}, as they are needed; {@link #close} ends them.
     *
     * @param places most fetches under way at once: what the lane may have in progress
     */
    public UriFetcher(String name, UriPolicy policy, int places, Clock clock) {
        this(name, policy, places, FetchPatience.DEFAULT, InetAddress::getAllByName, clock);
    }

    UriFetcher(
            String name,
            UriPolicy policy,
            int places,
            FetchPatience patience,
            HttpImages.NameResolver names,
            Clock clock) {
        this.policy = policy;
        this.places = places;
        this.patience = patience;
        this.clock = clock;
        slowPlaces = Math.max(1, places / 4);
        // Resolving a name may last: each fetch that may be under way has a thread for it.
        blocking =
                new ThreadPoolExecutor(
                        places,
                        places,
                        1,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        threads(name + "-uri-"));
        blocking.allowCoreThreadTimeOut(true);
        timer = Executors.newSingleThreadScheduledExecutor(threads(name + "-uri-timer-"));
        http = new HttpImages(name, policy, places, names, blocking);
        files = new FileImages(policy);
        retry = Retry.of(name, retryConfig(patience));
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + count.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static RetryConfig retryConfig(FetchPatience patience) {
        return RetryConfig.custom()
                .maxAttempts(patience.tries())
                .intervalFunction(IntervalFunction.ofExponentialBackoff(patience.backoff(), 2))
                .retryOnException(UriFetcher::mayPass)
                .build();
    }

    private Host newHost(String name) {
        CircuitBreakerConfig config =
                CircuitBreakerConfig.custom()
                        .slidingWindowSize(patience.calls())
                        .minimumNumberOfCalls(patience.calls())
                        .slowCallDurationThreshold(policy.timeout().dividedBy(SLOW_TRY_SHARE))
                        .waitDurationInOpenState(patience.open())
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .recordException(UriFetcher::mayPass)
                        // That nobody waits any more says nothing about the host.
                        .ignoreException(UriFetcher::isCancelled)
                        .build();
        return new Host(name, CircuitBreaker.of(name, config), new HostPlaces(slowPlaces));
    }

    /** Starts to fetch an image; see {@link ImageStore#fetch}. */
    public CompletableFuture<EncodedImage> fetch(String address, Instant giveUpAt) {
        CompletableFuture<EncodedImage> image = new CompletableFuture<>();
        long number = fetches.getAndIncrement();
        underWay.put(number, image);
        var unused = image.whenComplete((bytes, failure) -> underWay.remove(number));
        Duration wait = timeLeft(giveUpAt);
        try {
            URI uri = policy.allowed(address);
            if (UriPolicy.isFile(uri)) {
                files.read(uri, blocking, image);
            } else {
                String name = uri.getRawAuthority().toLowerCase(Locale.ROOT);
                Host host = hosts.computeIfAbsent(name, this::newHost);
                fetch(uri, host, image);
                watch(host, image);
            }
        } catch (ImageException e) {
            image.completeExceptionally(e);
        }
        return image.orTimeout(Math.max(1, wait.toMillis()), TimeUnit.MILLISECONDS)
                .exceptionallyCompose(
                        failure -> CompletableFuture.failedFuture(late(failure, wait)));
    }

    private Duration timeLeft(Instant giveUpAt) {
        Instant now = clock.instant();
        Instant latest = now.plus(LONGEST_WAIT);
        return Duration.between(now, giveUpAt.isBefore(latest) ? giveUpAt : latest);
    }

    private static Throwable late(Throwable failure, Duration wait) {
        return unwrapped(failure) instanceof TimeoutException
                ? new ImageException(
                        FailureCode.IMAGE_UNREACHABLE,
                        true,
                        "the image did not come within %d ms".formatted(wait.toMillis()),
                        failure)
                : failure;
    }

    private void fetch(URI uri, Host host, CompletableFuture<EncodedImage> image) {
        if (host.places().full()) {
            throw tooSlow(host);
        }
        AtomicInteger tries = new AtomicInteger();
        var unused =
                retry.executeCompletionStage(
                                timer, () -> oneTry(uri, host, tries.getAndIncrement(), image))
                        .whenComplete(
                                (bytes, failure) -> {
                                    if (failure == null) {
                                        image.complete(EncodedImage.of(bytes));
                                    } else {
                                        image.completeExceptionally(imageFailure(host, failure));
                                    }
                                });
    }

    private CompletionStage<byte[]> oneTry(
            URI uri, Host host, int number, CompletableFuture<EncodedImage> image) {
        if (image.isDone()) {
            return CompletableFuture.failedFuture(new TimeoutException("nobody waits any more"));
        }
        return host.breaker()
                .executeCompletionStage(
                        () -> {
                            CompletableFuture<byte[]> body = new CompletableFuture<>();
                            var unused = image.whenComplete((done, failure) -> body.cancel(false));
                            follow(uri, number, 0, body);
                            return body.orTimeout(
                                            policy.timeout().toMillis(), TimeUnit.MILLISECONDS)
                                    .exceptionallyCompose(
                                            failure ->
                                                    CompletableFuture.failedFuture(
                                                            isCancelled(failure)
                                                                    ? failure
                                                                    : tryFailure(uri, failure)));
                        });
    }

    /** Gets {@code uri} and where it leads; gives up the connection when {@code body} is done otherwise. */
    private void follow(URI uri, int number, int redirects, CompletableFuture<byte[]> body) {
        CompletableFuture<HttpResult> response = http.get(uri, number);
        var unused = body.whenComplete((bytes, failure) -> response.cancel(true));
        var unusedToo =
                response.whenComplete(
                        (result, failure) -> {
                            try {
                                if (failure != null) {
                                    body.completeExceptionally(failure);
                                } else if (result instanceof HttpResult.Body received) {
                                    body.complete(received.bytes());
                                } else if (result instanceof HttpResult.NoImage bad) {
                                    body.completeExceptionally(bad.reason());
                                } else {
                                    URI next =
                                            redirected(
                                                    uri, (HttpResult.Redirect) result, redirects);
                                    follow(next, number, redirects + 1, body);
                                }
                            } catch (RuntimeException e) {
                                body.completeExceptionally(e);
                            }
                        });
    }

    private URI redirected(URI from, HttpResult.Redirect redirect, int redirects) {
        if (redirects == MOST_REDIRECTS) {
            throw UriPolicy.refused(
                    "host '%s' redirects further (expected: at most %d redirects)"
                            .formatted(from.getHost(), MOST_REDIRECTS));
        }
        URI to;
        try {
            to = policy.allowed(from.resolve(redirect.location()).toString());
        } catch (IllegalArgumentException e) {
            throw UriPolicy.refused("host '%s' redirects to no address".formatted(from.getHost()));
        }
        boolean weaker =
                from.getScheme().equalsIgnoreCase("https")
                        && !to.getScheme().equalsIgnoreCase("https");
        if (weaker || UriPolicy.isFile(to)) {
            throw UriPolicy.refused(
                    "host '%s' redirects to scheme '%s' (expected: %s)"
                            .formatted(from.getHost(), to.getScheme(), from.getScheme()));
        }
        return to;
    }

    /** Gives up {@code image} where it would hold a place for long that its host may not hold. */
    private void watch(Host host, CompletableFuture<EncodedImage> image) {
        var unused =
                timer.schedule(
                        () -> {
                            if (!image.isDone() && !host.places().becomesSlow(image)) {
                                giveUp(image, host);
                            }
                        },
                        patience.slow().toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void giveUp(CompletableFuture<EncodedImage> image, Host host) {
        ImageException reason = tooSlow(host);
        if (image.completeExceptionally(reason)) {
            host.breaker().onError(patience.slow().toMillis(), TimeUnit.MILLISECONDS, reason);
        }
    }

    private ImageException tooSlow(Host host) {
        return new ImageException(
                FailureCode.IMAGE_UNREACHABLE,
                true,
                "host '%s' is slow: %d images wait for it (expected: at most a quarter of the lane's %d places)"
                        .formatted(host.name(), host.places().most(), places));
    }

    private static boolean isCancelled(Throwable failure) {
        return unwrapped(failure) instanceof CancellationException;
    }

    private static boolean mayPass(Throwable failure) {
        return unwrapped(failure) instanceof ImageException image && image.retryable();
    }

    /** What one try ended with, in the words of {@link ImageException}. */
    private ImageException tryFailure(URI uri, Throwable failure) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof ImageException known) {
            return known;
        }
        String detail =
                cause instanceof TimeoutException
                        ? "host '%s' did not send the image within %d ms"
                                .formatted(uri.getHost(), policy.timeout().toMillis())
                        : "host '%s' cannot be read: %s".formatted(uri.getHost(), cause);
        return new ImageException(FailureCode.IMAGE_UNREACHABLE, true, detail, cause);
    }

    private ImageException imageFailure(Host host, Throwable failure) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof ImageException known) {
            return known;
        }
        String detail =
                cause instanceof CallNotPermittedException
                        ? "host '%s' kept failing and is not asked for %d ms"
                                .formatted(host.name(), patience.open().toMillis())
                        : "host '%s' cannot be read: %s".formatted(host.name(), cause);
        return new ImageException(FailureCode.IMAGE_UNREACHABLE, true, detail, cause);
    }

    private static Throwable unwrapped(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ImageResponse.GivenUp)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    @Override
    public void close() {
        // Whoever waits is told, and its connection is given up.
        for (CompletableFuture<EncodedImage> image : underWay.values()) {
            image.completeExceptionally(
                    new ImageException(FailureCode.INTERNAL, true, "the image reader is closing"));
        }
        timer.shutdownNow();
        blocking.shutdownNow();
        http.close();
    }
}
