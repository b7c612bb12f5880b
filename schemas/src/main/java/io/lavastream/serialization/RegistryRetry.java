package io.lavastream.serialization;

import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a schema registry that cannot be reached, and tells that from an answer it gave. */
final class RegistryRetry {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryRetry.class);

    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int SERVER_ERROR = 500;

    private final Retry retry;

    private RegistryRetry(Retry retry) {
        this.retry = retry;
        retry.getEventPublisher()
                .onRetry(
                        event ->
                                LOG.warn(
                                        "schema registry: {} (attempt {}, next in {} ms)",
                                        event.getLastThrowable().getMessage(),
                                        event.getNumberOfRetryAttempts(),
                                        event.getWaitInterval().toMillis()));
    }

    /** 40 tries, a tenth of a second to five seconds apart: three minutes, less than {@code max.poll.interval.ms}. */
    static RegistryRetry standard() {
        return of(40, Duration.ofMillis(100), Duration.ofSeconds(5));
    }

    static RegistryRetry of(int tries, Duration first, Duration longest) {
        RetryConfig config =
                RetryConfig.custom()
                        .maxAttempts(tries)
                        .intervalFunction(IntervalFunction.ofExponentialBackoff(first, 2, longest))
                        .retryOnException(RegistryUnavailableException.class::isInstance)
                        .build();
        return new RegistryRetry(Retry.of("schema-registry", config));
    }

    /** Runs {@code call} again for as long as it throws {@link RegistryUnavailableException}. */
    <T> T call(Supplier<T> call) {
        return retry.executeSupplier(call);
    }

    /** Whether the registry answered, or something else did: it is overloaded, broken, hidden, or does not know us. */
    static boolean isAnswer(RestClientException answer) {
        return switch (answer.getStatus()) {
            case UNAUTHORIZED, FORBIDDEN, REQUEST_TIMEOUT, TOO_MANY_REQUESTS -> false;
            case NOT_FOUND ->
                    answer.getErrorCode()
                            != NOT_FOUND; // The plain code is a proxy's, not the registry's.
            default -> answer.getStatus() < SERVER_ERROR;
        };
    }
}
