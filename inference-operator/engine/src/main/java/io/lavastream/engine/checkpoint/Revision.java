package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * A digest that tells models apart: SHA-256 over every file that decides what a prompt becomes, and
 * over the index and headers of the weights. The weights' own bytes are left out: hashing 14 GB
 * would double the start-up.
 */
final class Revision {
    private static final List<String> FILES =
            List.of(
                    "config.json",
                    "generation_config.json",
                    "preprocessor_config.json",
                    "processor_config.json",
                    "tokenizer.json",
                    "tokenizer.model",
                    "tokenizer_config.json",
                    "special_tokens_map.json",
                    "added_tokens.json",
                    "chat_template.jinja",
                    "chat_template.json",
                    "adapter_config.json",
                    "model.safetensors.index.json",
                    "pytorch_model.bin.index.json");

    /**
     * Hex digits of a revision: 48 bits tell any number of deployed models apart, and fit a log
     * line.
     */
    private static final int DIGITS = 12;

    private Revision() {}

    static String of(List<Path> directories, List<WeightFile> weights) {
        MessageDigest digest = sha256();
        for (Path directory : directories) {
            for (String name : FILES) {
                Path file = directory.resolve(name);
                if (Files.isRegularFile(file)) {
                    add(digest, name, bytes(file));
                }
            }
        }
        for (WeightFile file : weights) {
            add(digest, file.path().getFileName().toString(), file.header());
        }
        return HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS);
    }

    /** Lengths first, so that no two lists of files give the same bytes. */
    private static void add(MessageDigest digest, String name, byte[] content) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        digest.update(
                ByteBuffer.allocate(2 * Integer.BYTES)
                        .putInt(nameBytes.length)
                        .putInt(content.length)
                        .array());
        digest.update(nameBytes);
        digest.update(content);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CheckpointException(
                    "%s: cannot be read: %s (expected: a readable file)"
                            .formatted(file, e.getClass().getSimpleName()),
                    e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
