package io.lavastream.engine.tokenizer;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Loads the tokenizer of a model directory. */
public final class Tokenizers {
    /** Largest tokenizer file read; LLaMA's are 0.5 MB ({@code .model}) and 4 MB ({@code .json}). */
    static final long MAX_FILE_BYTES = 64L << 20;

    /** Largest token id: a wrong id in a file must not size an array. */
    static final int MAX_ID = 1 << 20;

    private Tokenizers() {}

    /**
     * Reads {@code tokenizer.model}, or else {@code tokenizer.json}, and the tokens that {@code
     * added_tokens.json} and {@code tokenizer_config.json} add to it.
     *
     * @throws CheckpointException if there is neither file, or one is malformed or needs what is not
     *     supported
     */
    public static Tokenizer load(Path modelDirectory) {
        return load(modelDirectory, List.of());
    }

    /**
     * As {@link #load(Path)}, with the control tokens {@code more} behind the last id, where the files do not
     * have them.
     */
    public static Tokenizer load(Path modelDirectory, List<String> more) {
        Path model = modelDirectory.resolve("tokenizer.model");
        Path json = modelDirectory.resolve("tokenizer.json");
        if (Files.exists(model)) {
            SentencePieceModel parsed = SentencePieceModel.parse(model.toString(), read(model));
            List<Piece> pieces = withAdded(parsed.pieces(), modelDirectory, more);
            MergeTable merges = MergeTable.ofScores(parsed.pieces());
            return new BpeTokenizer(
                    new Vocabulary(model.toString(), pieces, parsed.bos(), parsed.eos()), merges);
        }
        if (Files.exists(json)) {
            TokenizerJson parsed = TokenizerJson.parse(json.toString(), read(json));
            List<Piece> pieces = withAdded(parsed.pieces(), modelDirectory, more);
            return new BpeTokenizer(
                    new Vocabulary(json.toString(), pieces, parsed.bos(), parsed.eos()),
                    parsed.merges());
        }
        throw new CheckpointException(
                "%s: no tokenizer (expected: tokenizer.model or tokenizer.json)"
                        .formatted(modelDirectory));
    }

    /** The file's bytes; its size is checked before they are read. */
    static byte[] read(Path file) {
        try {
            long size = Files.size(file);
            if (size > MAX_FILE_BYTES) {
                throw new CheckpointException(
                        "%s: %d bytes (expected: at most %d)"
                                .formatted(file, size, MAX_FILE_BYTES));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CheckpointException("%s: cannot be read: %s".formatted(file, e), e);
        }
    }

    /** {@code pieces} followed by what is added beyond them; what they already hold stays. */
    private static List<Piece> withAdded(
            List<Piece> pieces, Path modelDirectory, List<String> more) {
        List<Piece> all = new ArrayList<>(pieces);
        Map<Integer, Piece> added = AddedTokens.read(modelDirectory);
        added.forEach(
                (id, piece) -> {
                    while (all.size() <= id) {
                        all.add(Piece.ABSENT);
                    }
                    if (all.get(id).kind() == Piece.Kind.ABSENT) {
                        all.set(id, piece);
                    }
                });
        for (String text : more) {
            if (all.stream().noneMatch(piece -> piece.text().equals(text))) {
                all.add(new Piece(text, Piece.Kind.CONTROL, 0));
            }
        }
        return all;
    }
}
