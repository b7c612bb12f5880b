package io.lavastream.job.images;

import static java.util.Objects.requireNonNull;

import io.lavastream.schemas.FailureCode;
import java.io.Serializable;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
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
 * @param directories absolute paths; files below them may be named as {@code file:///path}
 * @param maxBytes largest image file
 * @param timeout longest time for one try at an image, name resolution and redirects included
 */
public record UriPolicy(
        Set<String> hosts,
        Set<String> privateHosts,
        Set<String> directories,
        int maxBytes,
        Duration timeout)
        implements Serializable {

    /** No address is fetched. */
    public static final UriPolicy NONE =
            new UriPolicy(Set.of(), Set.of(), Set.of(), 20 << 20, Duration.ofSeconds(10));

    private static final Set<String> WEB = Set.of("http", "https");
    private static final String FILE = "file";

    public UriPolicy {
        hosts = lowerCase(hosts);
        privateHosts = lowerCase(privateHosts);
        directories = Set.copyOf(directories);
        requireNonNull(timeout, "image-uri-timeout");
        if (!hosts.containsAll(privateHosts)) {
            throw new IllegalArgumentException(
                    "image-uri-private-hosts: %s (expected: some of image-uri-hosts, %s)"
                            .formatted(privateHosts, hosts));
        }
        for (String directory : directories) {
            if (!Path.of(directory).isAbsolute()) {
                throw new IllegalArgumentException(
                        "image-uri-directories: %s (expected: an absolute path)"
                                .formatted(directory));
            }
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

    /** As the full one, without directories. */
    public UriPolicy(Set<String> hosts, Set<String> privateHosts, int maxBytes, Duration timeout) {
        this(hosts, privateHosts, Set.of(), maxBytes, timeout);
    }

    /**
     * Reads an address that may be fetched, as far as it shows: where its host leads is not looked at.
     *
     * @throws ImageException for any other address
     */
    URI allowed(String address) {
        URI uri;
        try {
            uri = new URI(address);
        } catch (URISyntaxException e) {
            throw refused("address cannot be parsed: " + e.getReason());
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (scheme.equals(FILE) && !directories.isEmpty()) {
            return allowedFile(uri);
        }
        if (!WEB.contains(scheme)) {
            throw refused("scheme '%s' (expected: http or https)".formatted(scheme));
        }
        if (uri.getHost() == null) {
            throw refused("the address names no host");
        }
        if (uri.getUserInfo() != null) {
            throw refused("the address holds user information (expected: none)");
        }
        if (!hosts.contains(entry(uri.getHost(), uri.getPort()))) {
            String port = uri.getPort() == -1 ? "" : ":" + uri.getPort();
            throw refused("host '%s%s' is not on the allow-list".formatted(uri.getHost(), port));
        }
        return uri;
    }

    private static URI allowedFile(URI uri) {
        if (uri.getAuthority() != null || uri.getPath() == null || uri.getPath().isEmpty()) {
            throw refused("the address names no local file (expected: file:///path)");
        }
        return uri;
    }

    /** Whether an allowed address names a local file. */
    static boolean isFile(URI uri) {
        return FILE.equalsIgnoreCase(uri.getScheme());
    }

    boolean allowsPrivate(String host, int port) {
        return privateHosts.contains(entry(host, port));
    }

    static ImageException refused(String detail) {
        return new ImageException(FailureCode.IMAGE_UNREACHABLE, false, detail);
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
