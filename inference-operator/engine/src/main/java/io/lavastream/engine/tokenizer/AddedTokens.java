package io.lavastream.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.CheckpointException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tokens that a model directory adds beside its tokenizer file: {@code added_tokens.json} (text to
 * id; all taken as control tokens) and {@code added_tokens_decoder} of {@code tokenizer_config.json},
 * which wins.
 */
final class AddedTokens {
    private AddedTokens() {}

    /** Added tokens by id, in order; empty where there is neither file. */
    static Map<Integer, Piece> read(Path modelDirectory) {
        Map<Integer, Piece> added = new TreeMap<>();
        Path list = modelDirectory.resolve("added_tokens.json");
        if (Files.exists(list)) {
            for (Map.Entry<String, JsonNode> entry : JsonFile.read(list).properties()) {
                int id = JsonFile.id(list.toString(), entry.getKey(), entry.getValue());
                added.put(id, new Piece(entry.getKey(), Piece.Kind.CONTROL, 0));
            }
        }
        Path config = modelDirectory.resolve("tokenizer_config.json");
        if (Files.exists(config)) {
            JsonNode decoder = JsonFile.read(config).path("added_tokens_decoder");
            for (Map.Entry<String, JsonNode> entry : decoder.properties()) {
                added.put(idOf(config, entry.getKey()), piece(entry.getValue()));
            }
        }
        return added;
    }

    /** One entry of {@code added_tokens_decoder}, or of {@code added_tokens} in tokenizer.json. */
    static Piece piece(JsonNode token) {
        boolean special = token.path("special").asBoolean(true);
        return new Piece(
                token.path("content").asText(), special ? Piece.Kind.CONTROL : Piece.Kind.ADDED, 0);
    }

    private static int idOf(Path file, String key) {
        try {
            int id = Integer.parseInt(key);
            if (id >= 0 && id <= Tokenizers.MAX_ID) {
                return id;
            }
        } catch (NumberFormatException e) {
            // Reported below, as an id out of range is.
        }
        throw new CheckpointException(
                "%s: added_tokens_decoder: id %s (expected: 0 to %d)"
                        .formatted(file, key, Tokenizers.MAX_ID));
    }
}
