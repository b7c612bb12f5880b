package io.lavastream.engine.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A tokenizer of 256 bytes, a few characters and a few merges, for tests that need no model. */
public final class SmallTokenizer {
    public static final int BOS = 1;
    public static final int EOS = 2;

    /** Id of the first piece that is not a byte. */
    public static final int FIRST_PIECE = 259;

    private static final List<String> PIECES =
            List.of("▁", "a", "b", "c", "ab", "▁ab", "▁a", "bc", "é", "é▁", "Y", "N", "▁Y", "▁N");

    private static final List<String> MERGES =
            List.of("a b", "▁ ab", "▁ a", "b c", "é ▁", "▁ Y", "▁ N");

    private SmallTokenizer() {}

    /** Writes {@code tokenizer.json} into {@code directory} and loads it. */
    public static Tokenizer in(Path directory) {
        try {
            Files.writeString(directory.resolve("tokenizer.json"), json());
            return Tokenizers.load(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The tokenizer without a file. */
    public static Tokenizer create() {
        TokenizerJson parsed =
                TokenizerJson.parse("small", json().getBytes(StandardCharsets.UTF_8));
        return new BpeTokenizer(
                new Vocabulary("small", parsed.pieces(), parsed.bos(), parsed.eos()),
                parsed.merges());
    }

    static int id(String piece) {
        return FIRST_PIECE + PIECES.indexOf(piece);
    }

    static String json() {
        StringBuilder vocabulary = new StringBuilder("\"<unk>\":0,\"<s>\":1,\"</s>\":2");
        for (int i = 0; i < 256; i++) {
            vocabulary.append(",\"<0x%02X>\":%d".formatted(i, 3 + i));
        }
        for (String piece : PIECES) {
            vocabulary.append(",\"%s\":%d".formatted(piece, id(piece)));
        }
        return """
        {"added_tokens": [{"id": 0, "content": "<unk>", "special": true},
                          {"id": 1, "content": "<s>", "special": true},
                          {"id": 2, "content": "</s>", "special": true},
                          {"id": %d, "content": "<image>", "special": true}],
         "normalizer": {"type": "Sequence", "normalizers": [
             {"type": "Prepend", "prepend": "▁"},
             {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
         "pre_tokenizer": null,
         "model": {"type": "BPE", "byte_fallback": true, "vocab": {%s}, "merges": ["%s"]}}
        """
                .formatted(FIRST_PIECE + PIECES.size(), vocabulary, String.join("\",\"", MERGES));
    }
}
