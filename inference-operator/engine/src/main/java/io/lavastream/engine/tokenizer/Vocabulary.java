package io.lavastream.engine.tokenizer;

import io.lavastream.engine.CheckpointException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** What the ids stand for. Immutable. */
final class Vocabulary {
    private static final byte[] NOTHING = {};

    private final List<Piece> pieces;
    private final byte[][] bytes;
    private final Map<Integer, Integer> characters = new HashMap<>();
    private final int[] byteIds = new int[256];
    private final int bos;
    private final int eos;

    /**
     * @throws CheckpointException if {@code bos} or {@code eos} is no id, or one of the 256 byte pieces
     *     is missing
     */
    Vocabulary(String name, List<Piece> pieces, int bos, int eos) {
        this.pieces = List.copyOf(pieces);
        this.bytes = new byte[pieces.size()][];
        this.bos = requireId(name, "bos_id", bos);
        this.eos = requireId(name, "eos_id", eos);
        Arrays.fill(byteIds, -1);
        for (int id = 0; id < bytes.length; id++) {
            bytes[id] = read(name, id);
        }
        for (int value = 0; value < byteIds.length; value++) {
            if (byteIds[value] < 0) {
                throw new CheckpointException(
                        "%s: no piece <0x%02X> (expected: all 256 bytes)".formatted(name, value));
            }
        }
    }

    /** Ids by text, the first of equals. */
    static Map<String, Integer> idsOf(List<Piece> pieces) {
        Map<String, Integer> ids = new HashMap<>();
        for (int id = 0; id < pieces.size(); id++) {
            if (pieces.get(id).kind() != Piece.Kind.ABSENT) {
                ids.putIfAbsent(pieces.get(id).text(), id);
            }
        }
        return ids;
    }

    int size() {
        return pieces.size();
    }

    int bos() {
        return bos;
    }

    int eos() {
        return eos;
    }

    /** The id of the piece that is this one character, or -1. */
    int characterId(int codePoint) {
        return characters.getOrDefault(codePoint, -1);
    }

    int byteId(int value) {
        return byteIds[value];
    }

    byte[] bytes(int id) {
        return isControl(id) ? NOTHING : bytes[id].clone();
    }

    boolean isControl(int id) {
        if (id < 0 || id >= pieces.size()) {
            return true;
        }
        Piece.Kind kind = pieces.get(id).kind();
        return kind == Piece.Kind.CONTROL || kind == Piece.Kind.ABSENT;
    }

    OptionalInt controlId(String text) {
        return IntStream.range(0, pieces.size())
                .filter(id -> pieces.get(id).kind() == Piece.Kind.CONTROL)
                .filter(id -> pieces.get(id).text().equals(text))
                .findFirst();
    }

    private byte[] read(String name, int id) {
        Piece piece = pieces.get(id);
        return switch (piece.kind()) {
            case NORMAL -> {
                if (piece.text().codePointCount(0, piece.text().length()) == 1) {
                    characters.putIfAbsent(piece.text().codePointAt(0), id);
                }
                yield piece.text().replace('▁', ' ').getBytes(StandardCharsets.UTF_8);
            }
            case BYTE -> {
                int value = byteValue(name, id, piece.text());
                byteIds[value] = id;
                yield new byte[] {(byte) value};
            }
            case ADDED -> piece.text().getBytes(StandardCharsets.UTF_8);
            case CONTROL, ABSENT -> NOTHING;
        };
    }

    private static int byteValue(String name, int id, String text) {
        if (!text.matches("<0x[0-9A-F]{2}>")) {
            throw new CheckpointException(
                    "%s: byte piece %d: %s (expected: <0x00> to <0xFF>)".formatted(name, id, text));
        }
        return Integer.parseInt(text.substring(3, 5), 16);
    }

    private int requireId(String name, String key, int id) {
        if (id < 0 || id >= pieces.size()) {
            throw new CheckpointException(
                    "%s: %s: %d (expected: 0 to %d)".formatted(name, key, id, pieces.size() - 1));
        }
        return id;
    }
}
