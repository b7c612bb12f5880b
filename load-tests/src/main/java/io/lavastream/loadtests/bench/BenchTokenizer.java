package io.lavastream.loadtests.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.random.RandomGenerator;

/**
 * A tokenizer of LLaMA's kind and size, 32 000 pieces, whose words are made up: syllables and words of two and three syllables, with
 * and without a space before them.
 *
 * <p>The 256 byte pieces have ids that the model has no rows for: it would need several of them for a character, and its text
 * would not grow with each token.
 */
public final class BenchTokenizer {
    private static final int PIECES = 32_000;
    private static final int SPECIAL = 3;
    private static final String SPACE = "▁";
    private static final List<String> CONSONANTS =
            List.of(
                    "b", "c", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "q", "r", "s", "t",
                    "v", "w", "x", "z");
    private static final List<String> VOWELS = List.of("a", "e", "i", "o", "u");
    private static final String OTHER = "yABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?'\"()-/\n";

    private final ObjectNode ids = JsonNodeFactory.instance.objectNode();
    private final ArrayNode merges = JsonNodeFactory.instance.arrayNode();

    private BenchTokenizer() {}

    /** The content of {@code tokenizer.json} for a model with {@code rows} of embeddings. */
    public static String json(int rows) {
        BenchTokenizer tokenizer = new BenchTokenizer();
        tokenizer.addPieces();
        tokenizer.addBytes(rows);
        return tokenizer.file().toString();
    }

    /** {@code count} words at random, each of which is one token with the space before it. */
    public static String words(RandomGenerator random, int count) {
        StringJoiner words = new StringJoiner(" ");
        for (int i = 0; i < count; i++) {
            words.add(syllable(random) + syllable(random));
        }
        return words.toString();
    }

    private static String syllable(RandomGenerator random) {
        return CONSONANTS.get(random.nextInt(CONSONANTS.size()))
                + VOWELS.get(random.nextInt(VOWELS.size()));
    }

    private void addPieces() {
        for (String special : List.of("<unk>", "<s>", "</s>")) {
            ids.put(special, ids.size());
        }
        (SPACE + String.join("", CONSONANTS) + String.join("", VOWELS) + OTHER)
                .codePoints()
                .forEach(character -> ids.put(Character.toString(character), ids.size()));
        List<String> syllables = new ArrayList<>();
        for (String consonant : CONSONANTS) {
            for (String vowel : VOWELS) {
                syllables.add(merge(consonant, vowel));
            }
        }
        List<String> pairs = new ArrayList<>();
        for (String first : syllables) {
            for (String second : syllables) {
                pairs.add(merge(first, second));
            }
        }
        syllables.forEach(syllable -> merge(SPACE, syllable));
        pairs.forEach(pair -> merge(SPACE, pair));
        addTriples(pairs, syllables);
    }

    /** Words of three syllables, until there are enough. */
    private void addTriples(List<String> pairs, List<String> syllables) {
        for (String pair : pairs) {
            for (String syllable : syllables) {
                if (ids.size() >= PIECES) {
                    return;
                }
                merge(SPACE + pair, syllable);
            }
        }
    }

    private void addBytes(int rows) {
        for (int value = 0; value < 256; value++) {
            ids.put("<0x%02X>".formatted(value), rows + value);
        }
    }

    private String merge(String left, String right) {
        ids.put(left + right, ids.size());
        merges.add(left + " " + right);
        return left + right;
    }

    private ObjectNode file() {
        ObjectNode file = JsonNodeFactory.instance.objectNode();
        ArrayNode added = file.putArray("added_tokens");
        for (int id = 0; id < SPECIAL; id++) {
            added.addObject()
                    .put("id", id)
                    .put("content", List.of("<unk>", "<s>", "</s>").get(id))
                    .put("special", true);
        }
        ArrayNode rules =
                file.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
        rules.addObject().put("type", "Prepend").put("prepend", SPACE);
        rules.addObject()
                .put("type", "Replace")
                .put("content", SPACE)
                .putObject("pattern")
                .put("String", " ");
        file.putNull("pre_tokenizer");
        ObjectNode model = file.putObject("model").put("type", "BPE").put("byte_fallback", true);
        model.set("vocab", ids);
        model.set("merges", merges);
        return file;
    }
}
