package io.lavastream.engine.runtime;

import io.lavastream.engine.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** A token is an ASCII character; 0 begins and 1 ends a sequence. */
final class LetterTokenizer implements Tokenizer {
    static final int BEGIN = 0;
    static final int END = 1;
    static final int SIZE = 128;

    @Override
    public int[] encode(String text) {
        return text.chars().toArray();
    }

    @Override
    public int[] encodeContinuation(String text) {
        return encode(text);
    }

    @Override
    public byte[] bytes(int id) {
        return isControl(id)
                ? new byte[0]
                : Character.toString(id).getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public boolean isControl(int id) {
        return id <= END || id >= SIZE;
    }

    @Override
    public OptionalInt control(String name) {
        return OptionalInt.empty();
    }

    @Override
    public int beginOfSequence() {
        return BEGIN;
    }

    @Override
    public int endOfSequence() {
        return END;
    }

    @Override
    public int vocabularySize() {
        return SIZE;
    }
}
