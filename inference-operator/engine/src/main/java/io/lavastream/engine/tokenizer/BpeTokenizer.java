package io.lavastream.engine.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/**
 * Byte pair encoding with byte fallback, as SentencePiece and the Hugging Face tokenizers library do it for
 * the LLaMA family. Immutable, so safe for use by several threads.
 *
 * <p>Why not their Java bindings (DJL's {@code sentencepiece} and {@code tokenizers}): both unpack native
 * libraries into the user's home; neither gives the bytes or the kind of an id; the first cannot encode
 * without the leading-space mark, as text after {@code </s>} needs; the second turns markers typed by a
 * user into special tokens. The algorithm is smaller than the way around them.
 */
final class BpeTokenizer implements Tokenizer {
    private static final char SPACE_MARK = '▁';
    private static final int REPLACEMENT_CHARACTER = 0xFFFD;

    private final Vocabulary vocabulary;
    private final MergeTable merges;

    BpeTokenizer(Vocabulary vocabulary, MergeTable merges) {
        this.vocabulary = vocabulary;
        this.merges = merges;
    }

    @Override
    public int[] encode(String text) {
        return text.isEmpty() ? new int[0] : tokens(SPACE_MARK + text);
    }

    @Override
    public int[] encodeContinuation(String text) {
        return tokens(text);
    }

    private int[] tokens(String text) {
        int[] symbols = text.replace(' ', SPACE_MARK).codePoints().map(this::symbol).toArray();
        return withBytes(merges.merge(symbols));
    }

    /** The id of a character, or its complement, a negative number, where it has none. */
    private int symbol(int codePoint) {
        boolean unpaired =
                codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
        int character = unpaired ? REPLACEMENT_CHARACTER : codePoint;
        int id = vocabulary.characterId(character);
        return id >= 0 ? id : ~character;
    }

    /** Replaces characters without an id by the ids of their UTF-8 bytes. */
    private int[] withBytes(int[] symbols) {
        int[] ids = new int[4 * symbols.length];
        int length = 0;
        for (int symbol : symbols) {
            if (symbol >= 0) {
                ids[length++] = symbol;
                continue;
            }
            for (byte value : Character.toString(~symbol).getBytes(StandardCharsets.UTF_8)) {
                ids[length++] = vocabulary.byteId(value & 0xFF);
            }
        }
        return Arrays.copyOf(ids, length);
    }

    @Override
    public byte[] bytes(int id) {
        return vocabulary.bytes(id);
    }

    @Override
    public boolean isControl(int id) {
        return vocabulary.isControl(id);
    }

    @Override
    public OptionalInt control(String name) {
        return vocabulary.controlId(name);
    }

    @Override
    public int beginOfSequence() {
        return vocabulary.bos();
    }

    @Override
    public int endOfSequence() {
        return vocabulary.eos();
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }
}
