package io.lavastream.loadtests.hostile;

import java.util.ArrayList;
import java.util.List;

/** Addresses by which a question might make the service read what only the service can reach. */
final class ForbiddenAddresses {
    private ForbiddenAddresses() {}

    /**
     * All ways to a server on 127.0.0.1 that must never be reached, and to other things inside.
     *
     * @param port the forbidden server's
     * @param redirector {@code host:port} of a server that the service may read, and that redirects to the forbidden one
     * @param named {@code host:port} of the forbidden server under a name that the service may read, but not as a private
     *     address
     */
    static List<String> all(int port, String redirector, String named) {
        List<String> addresses = new ArrayList<>();
        for (String host :
                List.of(
                        "127.0.0.1",
                        "localhost",
                        "LOCALHOST",
                        "localhost.",
                        "127.1",
                        "127.0.1",
                        "127.0.0.2",
                        "127.255.255.254",
                        "2130706433",
                        "0x7f000001",
                        "0x7f.0.0.1",
                        "0177.0.0.1",
                        "017700000001",
                        "0",
                        "0.0.0.0",
                        "[::1]",
                        "[::]",
                        "[0:0:0:0:0:0:0:1]",
                        "[::ffff:127.0.0.1]",
                        "[::ffff:7f00:1]",
                        "[::127.0.0.1]",
                        "[64:ff9b::127.0.0.1]",
                        "[fe80::1%25lo]",
                        "\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
                        "127\u30020\u30020\u30021",
                        "%31%32%37.0.0.1")) {
            addresses.add("http://%s:%d/secret".formatted(host, port));
        }
        addresses.add("http://%s/secret".formatted(named));
        addresses.add("http://%s/redirect".formatted(redirector));
        addresses.add("http://%s/redirect-by-name".formatted(redirector));
        addresses.add(
                "http://%s@127.0.0.1:%d/secret".formatted(redirector.replace(':', '-'), port));
        addresses.add("http://user:password@%s/secret".formatted(named));
        addresses.add("http://127.0.0.1:%d#@%s/".formatted(port, redirector));
        addresses.add("http://127.0.0.1:%d\\@%s/".formatted(port, redirector));
        addresses.add("https://127.0.0.1:%d/secret".formatted(port));
        addresses.add("http://169.254.169.254/latest/meta-data/");
        addresses.add("http://[fd00:ec2::254]/latest/meta-data/");
        addresses.add("http://10.0.0.1:%d/secret".formatted(port));
        addresses.add("file:///etc/passwd");
        addresses.add("FILE://localhost/etc/passwd");
        addresses.add("ftp://127.0.0.1:%d/secret".formatted(port));
        addresses.add("gopher://127.0.0.1:%d/_GET%%20/secret".formatted(port));
        addresses.add("jar:http://127.0.0.1:%d/secret!/a".formatted(port));
        addresses.add("data:image/png;base64,iVBORw0KGgo=");
        addresses.add("//127.0.0.1:%d/secret".formatted(port));
        addresses.add("http:127.0.0.1:%d/secret".formatted(port));
        addresses.add("http://127.0.0.1:%d /secret".formatted(port));
        return addresses;
    }
}
