package io.lavastream.engine.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.CheckpointException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The content of {@code tokenizer.json}, the format of the Hugging Face tokenizers library, as converted
 * from a SentencePiece BPE model: spaces become {@code ▁}, one is prepended, and characters without a
 * piece fall back to bytes.
 */
record TokenizerJson(List<Piece> pieces, MergeTable merges, int bos, int eos) {
    static TokenizerJson parse(String name, byte[] content) {
        JsonNode root = JsonFile.parse(name, content);
        JsonNode model = root.path("model");
        require(name, "model.type", model.path("type"), "BPE".equals(text(model, "type")), "BPE");
        JsonNode fallback = model.path("byte_fallback");
        require(name, "model.byte_fallback", fallback, fallback.asBoolean(), "true");
        JsonNode ignoreMerges = model.path("ignore_merges");
        require(name, "model.ignore_merges", ignoreMerges, !ignoreMerges.asBoolean(), "false");
        requireSpaceRule(name, root);

        List<Piece> pieces = pieces(name, model.path("vocab"), root.path("added_tokens"));
        Map<String, Integer> ids = Vocabulary.idsOf(pieces);
        return new TokenizerJson(
                pieces,
                merges(name, model.path("merges"), ids),
                id(name, ids, "<s>"),
                id(name, ids, "</s>"));
    }

    /** The two spellings of SentencePiece's treatment of spaces: a normalizer, or Metaspace. */
    private static void requireSpaceRule(String name, JsonNode root) {
        JsonNode normalizer = root.path("normalizer");
        JsonNode preTokenizer = root.path("pre_tokenizer");
        if (isAbsent(preTokenizer)) {
            JsonNode rules = normalizer.path("normalizers");
            boolean known =
                    rules.size() == 2
                            && "▁".equals(text(rules.path(0), "prepend"))
                            && " ".equals(text(rules.path(1).path("pattern"), "String"))
                            && "▁".equals(text(rules.path(1), "content"));
            require(name, "normalizer", normalizer, known, "Prepend ▁, then Replace space by ▁");
            return;
        }
        boolean known =
                isAbsent(normalizer)
                        && "Metaspace".equals(text(preTokenizer, "type"))
                        && "▁".equals(text(preTokenizer, "replacement"))
                        && !preTokenizer.path("split").asBoolean(true)
                        && !"never".equals(text(preTokenizer, "prepend_scheme"));
        require(name, "pre_tokenizer", preTokenizer, known, "none, or Metaspace without split");
    }

    private static List<Piece> pieces(String name, JsonNode vocabulary, JsonNode added) {
        require(name, "model.vocab", vocabulary.getNodeType(), vocabulary.isObject(), "an object");
        List<Piece> pieces = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            String text = entry.getKey();
            boolean isByte = text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
            Piece.Kind kind = isByte ? Piece.Kind.BYTE : Piece.Kind.NORMAL;
            set(pieces, JsonFile.id(name, text, entry.getValue()), new Piece(text, kind, 0));
        }
        for (JsonNode token : added) {
            int id = JsonFile.id(name, "added_tokens", token.path("id"));
            set(pieces, id, AddedTokens.piece(token));
        }
        return pieces;
    }

    private static void set(List<Piece> pieces, int id, Piece piece) {
        while (pieces.size() <= id) {
            pieces.add(Piece.ABSENT);
        }
        pieces.set(id, piece);
    }

    /** Each merge is {@code "left right"} or {@code ["left", "right"]}; its place is its rank. */
    private static MergeTable merges(String name, JsonNode list, Map<String, Integer> ids) {
        require(name, "model.merges", list.getNodeType(), list.isArray(), "an array");
        MergeTable merges = new MergeTable(list.size());
        for (int rank = 0; rank < list.size(); rank++) {
            JsonNode merge = list.get(rank);
            String spelled = merge.isArray() ? "" : merge.asText();
            int space = spelled.indexOf(' ', 1);
            String left = merge.isArray() ? merge.path(0).asText() : prefix(spelled, space);
            String right = merge.isArray() ? merge.path(1).asText() : spelled.substring(space + 1);
            String key = "model.merges[" + rank + "]";
            Integer leftId = ids.get(left);
            Integer rightId = ids.get(right);
            Integer result = ids.get(left + right);
            boolean known = leftId != null && rightId != null && result != null;
            require(name, key, merge, known, "two pieces whose joint is a piece");
            merges.add(leftId, rightId, rank, result);
        }
        return merges;
    }

    private static String prefix(String text, int end) {
        return end < 0 ? "" : text.substring(0, end);
    }

    private static int id(String name, Map<String, Integer> ids, String token) {
        Integer id = ids.get(token);
        require(name, "token " + token, id, id != null, "an id");
        return id;
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static String text(JsonNode node, String key) {
        return node.path(key).asText();
    }

    private static void require(
            String name, String key, Object found, boolean condition, String expected) {
        if (!condition) {
            throw new CheckpointException(
                    "%s: %s: %s (expected: %s)".formatted(name, key, found, expected));
        }
    }
}
