package io.lavastream.loadtests.hostile;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.lavastream.standalone.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server inside that nobody may be made to read, and one that may be read and redirects to it. */
final class ForbiddenServer implements AutoCloseable {
    private final HttpServer forbidden;
    private final HttpServer redirector;
    private final List<String> reached = new CopyOnWriteArrayList<>();

    private ForbiddenServer(HttpServer forbidden, HttpServer redirector) {
        this.forbidden = forbidden;
        this.redirector = redirector;
    }

    static ForbiddenServer start() throws IOException {
        // All addresses, so that no spelling misses it by accident.
        HttpServer forbidden =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getByAddress(new byte[4]), 0), 0);
        HttpServer redirector =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        ForbiddenServer server = new ForbiddenServer(forbidden, redirector);
        forbidden.createContext("/", server::note);
        String port = Integer.toString(server.port());
        redirect(redirector, "/redirect", "http://127.0.0.1:" + port + "/secret");
        redirect(redirector, "/redirect-by-name", "http://localhost:" + port + "/secret");
        forbidden.start();
        redirector.start();
        return server;
    }

    int port() {
        return forbidden.getAddress().getPort();
    }

    /** {@code host:port} of the server that redirects. */
    String redirector() {
        return Ports.LOOPBACK + ":" + redirector.getAddress().getPort();
    }

    /** Requests that it was sent. */
    List<String> reached() {
        return List.copyOf(reached);
    }

    /** Whether it can be reached at all, so that it would notice. */
    boolean isOpen() throws IOException {
        try (SocketChannel channel =
                SocketChannel.open(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port()))) {
            return channel.isConnected();
        }
    }

    private void note(HttpExchange exchange) throws IOException {
        reached.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        exchange.sendResponseHeaders(200, -1);
        exchange.close();
    }

    private static void redirect(HttpServer server, String path, String target) {
        server.createContext(
                path,
                exchange -> {
                    exchange.getResponseHeaders().set("Location", target);
                    exchange.sendResponseHeaders(302, -1);
                    exchange.close();
                });
    }

    @Override
    public void close() {
        forbidden.stop(0);
        redirector.stop(0);
    }
}
