package io.lavastream.standalone.cli;

import io.lavastream.job.images.UriPolicy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** Options that permit images by address. */
final class ImageHostOptions {
    /** As it stands in an address between scheme and path. */
    private static final Pattern HOST =
            Pattern.compile("([\\w.-]+|\\[[0-9a-fA-F:.]+])(:\\d{1,5})?");

    @Option(
            names = "--image-host",
            paramLabel = "HOST[:PORT]",
            description =
                    "Fetch images from addresses at this host; repeat it for more. Default: none is"
                            + " fetched.")
    private List<String> hosts = List.of();

    @Option(
            names = "--image-private-host",
            paramLabel = "HOST[:PORT]",
            description =
                    "As --image-host, for a host inside your network: its name may stand for a"
                            + " loopback or private address.")
    private List<String> privateHosts = List.of();

    @Option(
            names = "--image-directory",
            paramLabel = "DIR",
            description =
                    "Read images from addresses as file:///path of files below this directory;"
                            + " repeat it for more. Default: no file is read.")
    private List<Path> directories = List.of();

    UriPolicy policy() {
        hosts.forEach(host -> requireHost("image-host", host));
        privateHosts.forEach(host -> requireHost("image-private-host", host));
        Set<String> all = new HashSet<>(hosts);
        all.addAll(privateHosts);
        return new UriPolicy(
                all,
                Set.copyOf(privateHosts),
                directories.stream()
                        .map(directory -> directory.toAbsolutePath().toString())
                        .collect(Collectors.toSet()),
                UriPolicy.NONE.maxBytes(),
                UriPolicy.NONE.timeout());
    }

    private static void requireHost(String option, String host) {
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    "%s: '%s' (expected: HOST or HOST:PORT, without scheme and path)"
                            .formatted(option, host));
        }
    }
}
