package io.lavastream.engine.tokenizer;

/**
 * An entry of the vocabulary; its id is its place.
 *
 * @param text as the file spells it, with {@code ▁} for a space
 * @param score SentencePiece's merge priority, higher first; 0 where the file gives merges instead
 */
record Piece(String text, Kind kind, float score) {
    /** How a piece takes part in encoding and decoding. */
    enum Kind {
        /** Found in text. */
        NORMAL,
        /** One byte, {@code <0x0A>}, for characters that have no piece. */
        BYTE,
        /** Decodes to its text but is never found in text: text is text. */
        ADDED,
        /** BOS, EOS, unknown and the like: never found in text, decodes to nothing. */
        CONTROL,
        /** An id that no file names. */
        ABSENT
    }

    static final Piece ABSENT = new Piece("", Kind.ABSENT, 0);
}
