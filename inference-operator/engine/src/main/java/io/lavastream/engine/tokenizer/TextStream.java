package io.lavastream.engine.tokenizer;

import java.util.List;

/**
 * Turns generated tokens into text, piece by piece. A piece is given out once nothing that follows can
 * change it: incomplete UTF-8 is held back, and so is an end that may be the beginning of a stop text.
 * Used by one thread at a time.
 *
 * <p>All pieces joined, with {@link #finish}, are the same however the tokens split the text: control
 * tokens add nothing, the space in front of the first token is dropped (SentencePiece put its mark
 * there), bytes that are not UTF-8 become U+FFFD, and the text ends before the stop text that is complete
 * first, the longer of two that end together.
 */
public final class TextStream {
    private final Tokenizer tokenizer;
    private final List<String> stops;
    private final Utf8Decoder decoder = new Utf8Decoder();
    private final StringBuilder held = new StringBuilder();
    private boolean started;
    private boolean stopped;

    /** {@code stops} end the text and are no part of it; none may be empty. */
    public TextStream(Tokenizer tokenizer, List<String> stops) {
        this.tokenizer = tokenizer;
        this.stops = List.copyOf(stops);
        if (this.stops.contains("")) {
            throw new IllegalArgumentException("stops: an empty text (expected: none empty)");
        }
    }

    /** The text that is certain with {@code token}, often empty; after a stop text always empty. */
    public String append(int token) {
        byte[] bytes = tokenizer.bytes(token);
        if (stopped || bytes.length == 0) {
            return "";
        }
        String text = decoder.append(bytes);
        boolean marked = !started && bytes[0] == ' ';
        started = true;
        return accept(marked ? text.substring(1) : text);
    }

    /** Whether a stop text has appeared. */
    public boolean stopped() {
        return stopped;
    }

    /** The rest: what was held back and is now certain. Ends the stream. */
    public String finish() {
        if (stopped) {
            return "";
        }
        String text = accept(decoder.finish()) + held;
        held.setLength(0);
        return text;
    }

    private String accept(String text) {
        held.append(text);
        int end = held.length() - unsettled();
        int firstEnd = Integer.MAX_VALUE;
        for (String stop : stops) {
            int start = held.indexOf(stop);
            int stopEnd = start + stop.length();
            if (start >= 0 && (stopEnd < firstEnd || (stopEnd == firstEnd && start < end))) {
                firstEnd = stopEnd;
                end = start;
                stopped = true;
            }
        }
        String certain = held.substring(0, end);
        held.delete(0, stopped ? held.length() : end);
        return certain;
    }

    /** Length of the longest end of the held text that is a beginning of a stop text. */
    private int unsettled() {
        int longest = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, held.length());
                    length > longest;
                    length--) {
                if (held.indexOf(stop.substring(0, length), held.length() - length) >= 0) {
                    longest = length;
                }
            }
        }
        return longest;
    }
}
