package io.lavastream.engine.tokenizer;

import io.lavastream.engine.CheckpointException;
import java.util.ArrayList;
import java.util.List;

/**
 * The content of {@code tokenizer.model}: the protocol buffer {@code ModelProto} of SentencePiece ({@code
 * google/sentencepiece: src/sentencepiece_model.proto}), of which the LLaMA family uses BPE with byte
 * fallback and no normalization.
 */
record SentencePieceModel(List<Piece> pieces, int bos, int eos) {
    private static final int BPE = 2;

    static SentencePieceModel parse(String name, byte[] content) {
        ProtoReader model = new ProtoReader(name, content);
        List<Piece> pieces = new ArrayList<>();
        TrainerSpec trainer = new TrainerSpec();
        NormalizerSpec normalizer = new NormalizerSpec();
        while (model.next()) {
            switch (model.field()) {
                case 1 -> pieces.add(piece(name, pieces.size(), model.message()));
                case 2 -> trainer = trainerSpec(model.message());
                case 3 -> normalizer = normalizerSpec(model.message());
                default -> model.skip();
            }
        }
        require(name, "pieces", pieces.size(), !pieces.isEmpty(), "at least 1");
        trainer.check(name);
        normalizer.check(name);
        return new SentencePieceModel(pieces, trainer.bos, trainer.eos);
    }

    private static Piece piece(String name, int id, ProtoReader reader) {
        require(name, "pieces", "more than " + id, id < Tokenizers.MAX_ID, "fewer");
        String text = "";
        float score = 0;
        int type = 1;
        while (reader.next()) {
            switch (reader.field()) {
                case 1 -> text = reader.string();
                case 2 -> score = reader.float32();
                case 3 -> type = reader.int32();
                default -> reader.skip();
            }
        }
        return new Piece(text, kind(name, id, type), score);
    }

    private static Piece.Kind kind(String name, int id, int type) {
        return switch (type) {
            case 1 -> Piece.Kind.NORMAL;
            case 2, 3 -> Piece.Kind.CONTROL;
            case 4 -> Piece.Kind.ADDED;
            case 6 -> Piece.Kind.BYTE;
            default ->
                    throw new CheckpointException(
                            "%s: piece %d: type %d (expected: normal, unknown, control,"
                                            .formatted(name, id, type)
                                    + " user-defined or byte)");
        };
    }

    private static TrainerSpec trainerSpec(ProtoReader reader) {
        TrainerSpec spec = new TrainerSpec();
        while (reader.next()) {
            switch (reader.field()) {
                case 3 -> spec.modelType = reader.int32();
                case 24 -> spec.spaceIsSuffix = reader.bool();
                case 35 -> spec.byteFallback = reader.bool();
                case 41 -> spec.bos = reader.int32();
                case 42 -> spec.eos = reader.int32();
                default -> reader.skip();
            }
        }
        return spec;
    }

    private static NormalizerSpec normalizerSpec(ProtoReader reader) {
        NormalizerSpec spec = new NormalizerSpec();
        while (reader.next()) {
            switch (reader.field()) {
                case 2 -> spec.rules = reader.string().length();
                case 3 -> spec.addDummyPrefix = reader.bool();
                case 4 -> spec.removeExtraSpaces = reader.bool();
                case 5 -> spec.escapeSpaces = reader.bool();
                default -> reader.skip();
            }
        }
        return spec;
    }

    private static void require(
            String name, String key, Object found, boolean condition, String expected) {
        if (!condition) {
            throw new CheckpointException(
                    "%s: %s: %s (expected: %s)".formatted(name, key, found, expected));
        }
    }

    /** Initial values are the defaults of the schema. */
    private static final class TrainerSpec {
        private int modelType = 1;
        private boolean spaceIsSuffix;
        private boolean byteFallback;
        private int bos = 1;
        private int eos = 2;

        void check(String name) {
            require(name, "model_type", modelType, modelType == BPE, "2, which is BPE");
            require(name, "byte_fallback", byteFallback, byteFallback, "true");
            require(name, "treat_whitespace_as_suffix", spaceIsSuffix, !spaceIsSuffix, "false");
        }
    }

    /** Initial values are the defaults of the schema. */
    private static final class NormalizerSpec {
        private int rules;
        private boolean addDummyPrefix = true;
        private boolean removeExtraSpaces = true;
        private boolean escapeSpaces = true;

        void check(String name) {
            require(name, "precompiled_charsmap", rules + " characters", rules == 0, "empty");
            require(name, "add_dummy_prefix", addDummyPrefix, addDummyPrefix, "true");
            require(
                    name,
                    "remove_extra_whitespaces",
                    removeExtraSpaces,
                    !removeExtraSpaces,
                    "false");
            require(name, "escape_whitespaces", escapeSpaces, escapeSpaces, "true");
        }
    }
}
