package io.lavastream.job.images;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which addresses images may be fetched from. The default allows none.
 *
 * @param hosts names as they stand in an address, in lower case; {@code a.example} permits the scheme's default port,
 *     {@code a.example:8080} port 8080
 * @param privateHosts those of {@code hosts} that may resolve to loopback, private or link-local addresses
 * @param maxBytes largest image file
 * @param timeout longest time for one image, name resolution included
 */
public record UriPolicy(Set<String> hosts, Set<String> privateHosts, int maxBytes, Duration timeout)
        implements Serializable {

    /** No address is fetched. */
    public static final UriPolicy NONE =
            new UriPolicy(Set.of(), Set.of(), 20 << 20, Duration.ofSeconds(10));

    public UriPolicy {
        hosts = lowerCase(hosts);
        privateHosts = lowerCase(privateHosts);
        requireNonNull(timeout, "image-uri-timeout");
        if (!hosts.containsAll(privateHosts)) {
            throw new IllegalArgumentException(
                    "image-uri-private-hosts: %s (expected: some of image-uri-hosts, %s)"
                            .formatted(privateHosts, hosts));
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException(
                    "image-uri-max-bytes: %d (expected: >= 1)".formatted(maxBytes));
        }
        if (timeout.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "image-uri-timeout: %s (expected: > 0)".formatted(timeout));
        }
    }

    /** Whether an address with this host and port ({@code -1}: none given) may be fetched. */
    boolean allows(String host, int port) {
        return hosts.contains(entry(host, port));
    }

    boolean allowsPrivate(String host, int port) {
        return privateHosts.contains(entry(host, port));
    }

    private static String entry(String host, int port) {
        String name = host.toLowerCase(Locale.ROOT);
        return port == -1 ? name : name + ":" + port;
    }

    private static Set<String> lowerCase(Set<String> names) {
        return names.stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }
}
