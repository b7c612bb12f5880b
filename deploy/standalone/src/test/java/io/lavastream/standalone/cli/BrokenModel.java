package io.lavastream.standalone.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** A copy of the shipped model, to be damaged. */
record BrokenModel(Path directory) {
    private static final ObjectMapper JSON = new ObjectMapper();

    static BrokenModel copiedTo(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(Home.model())) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.getFileName()));
            }
        }
        return new BrokenModel(directory);
    }

    /** Cuts bytes off the end of a file. */
    void shorten(String file, long bytes) throws IOException {
        try (FileChannel channel =
                FileChannel.open(directory.resolve(file), StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - bytes);
        }
    }

    /** Changes an object inside a JSON file. */
    void edit(String file, List<String> path, Consumer<ObjectNode> change) throws IOException {
        Path edited = directory.resolve(file);
        ObjectNode root = (ObjectNode) JSON.readTree(edited.toFile());
        ObjectNode node = root;
        for (String name : path) {
            node = (ObjectNode) node.get(name);
        }
        change.accept(node);
        JSON.writeValue(edited.toFile(), root);
    }
}
