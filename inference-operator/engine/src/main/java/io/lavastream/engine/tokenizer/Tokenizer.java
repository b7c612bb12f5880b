package io.lavastream.engine.tokenizer;

import java.util.OptionalInt;

/** A LLaMA tokenizer. Text is text: no input, whatever it contains, yields a special token. Safe for use by several threads. */
public interface Tokenizer {
    /**
     * Token ids of {@code text}, as SentencePiece gives them with its leading-space mark ({@code ▁}), without
     * BOS.
     */
    int[] encode(String text);

    /** Token ids of {@code text} that continues after a special token: as {@link #encode} without the mark. */
    int[] encodeContinuation(String text);

    /** The bytes that {@code id} adds to a text: {@code ▁} as a space, byte tokens as their byte, control tokens as nothing. */
    byte[] bytes(int id);

    /** Whether {@code id} is a control token such as BOS or EOS, or not in the vocabulary. */
    boolean isControl(int id);

    /** The id of the control token that the model's files, or who loaded them, call {@code name}. */
    OptionalInt control(String name);

    int beginOfSequence();

    int endOfSequence();

    /** Number of ids in the tokenizer's files, without rows that only pad the embedding matrix. */
    int vocabularySize();
}
