package io.lavastream.standalone;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Ports on the loopback address: the embedded parts listen nowhere else. */
public final class Ports {
    public static final String LOOPBACK = "127.0.0.1";

    /** Asks for any free port. */
    public static final int ANY = 0;

    private static final byte[] LOOPBACK_BYTES = {127, 0, 0, 1};

    private Ports() {}

    /**
     * Returns {@code wanted} if nothing listens on it, or a free port for {@link #ANY}. Another process may still
     * take it before it is used; that then shows as a failed start.
     *
     * @param option names the setting in the message, as typed
     * @throws StartupException when the port is in use
     */
    public static int claim(String option, int wanted) {
        try (ServerSocket socket = new ServerSocket()) {
            // As servers do: else a port whose connections were just closed would count as taken.
            socket.setReuseAddress(wanted != ANY);
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(LOOPBACK_BYTES), wanted));
            return socket.getLocalPort();
        } catch (IOException e) {
            if (wanted == ANY) {
                throw new UncheckedIOException("no free port on " + LOOPBACK, e);
            }
            throw new StartupException(
                    "%s: %d is in use on %s (expected: a free port)"
                            .formatted(option, wanted, LOOPBACK),
                    e);
        }
    }
}
