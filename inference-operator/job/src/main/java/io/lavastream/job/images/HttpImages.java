package io.lavastream.job.images;

import io.lavastream.schemas.FailureCode;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManager;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpHost;
import org.apache.hc.core5.http.nio.AsyncRequestProducer;
import org.apache.hc.core5.http.nio.support.AsyncRequestBuilder;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.Timeout;

/**
 * Sends one GET to an address that is allowed by name, and looks where that name leads: the name is resolved once, every
 * address it has must be public unless the host may be private, and the connection goes to one of those. Follows
 * nothing and repeats nothing. Safe for use by several threads.
 */
final class HttpImages implements AutoCloseable {
    /** Finds the addresses of a name; may block. */
    interface NameResolver {
        InetAddress[] resolve(String host) throws UnknownHostException;
    }

    private final UriPolicy policy;
    private final NameResolver names;
    private final Executor resolving;
    private final CloseableHttpAsyncClient client;

    /**
     * @param connections most at once
     * @param resolving where names are resolved
     */
    HttpImages(
            String name,
            UriPolicy policy,
            int connections,
            NameResolver names,
            Executor resolving) {
        this.policy = policy;
        this.names = names;
        this.resolving = resolving;
        Timeout timeout = Timeout.of(policy.timeout());
        PoolingAsyncClientConnectionManager pool =
                PoolingAsyncClientConnectionManagerBuilder.create()
                        .setMaxConnTotal(connections)
                        .setMaxConnPerRoute(connections)
                        .setDefaultConnectionConfig(
                                ConnectionConfig.custom()
                                        .setConnectTimeout(timeout)
                                        .setSocketTimeout(timeout)
                                        .build())
                        .setDefaultTlsConfig(
                                TlsConfig.custom()
                                        .setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1)
                                        .build())
                        .build();
        client =
                HttpAsyncClients.custom()
                        .setConnectionManager(pool)
                        .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build())
                        .setThreadFactory(task -> daemon(task, name + "-http"))
                        .setDefaultRequestConfig(
                                RequestConfig.custom().setResponseTimeout(timeout).build())
                        .setUserAgent("lavastream")
                        .disableRedirectHandling()
                        .disableAutomaticRetries()
                        .disableCookieManagement()
                        .disableAuthCaching()
                        // A few bytes could become gigabytes.
                        .disableContentCompression()
                        .build();
        client.start();
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /**
     * Starts to get {@code uri}, whose host is on the allow-list.
     *
     * @param attempt which of the host's addresses is used: the next one each time
     * @return completes exceptionally with what went wrong; cancelling it frees the connection
     */
    CompletableFuture<HttpResult> get(URI uri, int attempt) {
        CompletableFuture<HttpResult> result = new CompletableFuture<>();
        try {
            resolving.execute(
                    () -> {
                        try {
                            send(uri, target(uri, attempt), result);
                        } catch (RuntimeException e) {
                            result.completeExceptionally(e);
                        }
                    });
        } catch (RuntimeException e) {
            result.completeExceptionally(e); // Closing.
        }
        return result;
    }

    private InetAddress target(URI uri, int attempt) {
        InetAddress[] addresses = resolve(uri.getHost());
        if (!policy.allowsPrivate(uri.getHost(), uri.getPort())) {
            for (InetAddress address : addresses) {
                if (!PublicAddresses.isPublic(address)) {
                    throw new ImageException(
                            FailureCode.IMAGE_UNREACHABLE,
                            false,
                            "host '%s' resolves to an address that is not public"
                                    .formatted(uri.getHost()));
                }
            }
        }
        return addresses[attempt % addresses.length];
    }

    private InetAddress[] resolve(String host) {
        try {
            return names.resolve(host);
        } catch (UnknownHostException e) {
            throw new ImageException(
                    FailureCode.IMAGE_UNREACHABLE,
                    true,
                    "host '%s' cannot be resolved".formatted(host),
                    e);
        }
    }

    private void send(URI uri, InetAddress address, CompletableFuture<HttpResult> result) {
        if (result.isDone()) {
            return;
        }
        // With the address the client does not resolve the name, which goes into Host, SNI and the
        // check of the certificate.
        HttpHost target = new HttpHost(uri.getScheme(), address, uri.getHost(), uri.getPort());
        AsyncRequestProducer request =
                AsyncRequestBuilder.get().setHttpHost(target).setPath(path(uri)).build();
        Future<HttpResult> exchange =
                client.execute(
                        target,
                        request,
                        new ImageResponse(uri.getHost(), policy.maxBytes()),
                        null,
                        null,
                        new Completion(result));
        var unused =
                result.whenComplete(
                        (done, failure) -> {
                            if (failure != null) {
                                exchange.cancel(true);
                            }
                        });
    }

    private static String path(URI uri) {
        String path =
                uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }

    @Override
    public void close() {
        client.close(CloseMode.GRACEFUL);
    }

    private record Completion(CompletableFuture<HttpResult> result)
            implements FutureCallback<HttpResult> {
        @Override
        public void completed(HttpResult received) {
            result.complete(received);
        }

        @Override
        public void failed(Exception failure) {
            result.completeExceptionally(failure);
        }

        @Override
        public void cancelled() {
            result.cancel(false);
        }
    }
}
