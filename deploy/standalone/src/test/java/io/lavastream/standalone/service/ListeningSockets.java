package io.lavastream.standalone.service;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** On which addresses a process accepts connections, as Linux says in {@code /proc}. */
final class ListeningSockets {
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final String LISTEN = "0A";
    private static final int WORD_BYTES = 4;

    private ListeningSockets() {}

    static List<InetSocketAddress> of(ProcessHandle process) throws IOException {
        Path directory = Path.of("/proc", Long.toString(process.pid()));
        Set<String> own = inodes(directory.resolve("fd"));
        List<InetSocketAddress> listening = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : Files.readAllLines(directory.resolve("net").resolve(table))) {
                // Number, local address, remote address, state, and the inode as the tenth.
                List<String> fields = List.of(line.strip().split("\\s+"));
                if (fields.get(3).equals(LISTEN) && own.contains(fields.get(9))) {
                    listening.add(address(fields.get(1)));
                }
            }
        }
        return listening;
    }

    private static Set<String> inodes(Path descriptors) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> files = Files.list(descriptors)) {
            for (Path file : files.toList()) {
                Matcher socket = SOCKET.matcher(target(file));
                if (socket.matches()) {
                    inodes.add(socket.group(1));
                }
            }
        }
        return inodes;
    }

    private static String target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString();
        } catch (IOException e) {
            return ""; // Closed in the meantime.
        }
    }

    /** {@code 0100007F:2384}: words of the address in the machine's order, and the port. */
    private static InetSocketAddress address(String text) throws IOException {
        List<String> parts = List.of(text.split(":"));
        byte[] bytes = HexFormat.of().parseHex(parts.get(0));
        byte[] inOrder = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            int word = i / WORD_BYTES;
            inOrder[i] = bytes[word * WORD_BYTES + (WORD_BYTES - 1 - i % WORD_BYTES)];
        }
        return new InetSocketAddress(
                InetAddress.getByAddress(inOrder), Integer.parseInt(parts.get(1), 16));
    }
}
