package io.lavastream.engine.tokenizer;

import java.util.Arrays;

/**
 * Decodes UTF-8 that arrives in parts: what may become a character is held back. Each byte that cannot
 * belong to one becomes U+FFFD on its own, as in SentencePiece; the JDK's decoder makes one of several.
 */
final class Utf8Decoder {
    private static final int INCOMPLETE = -1;

    private byte[] held = {};

    /** The characters complete with {@code next}. */
    String append(byte[] next) {
        byte[] bytes = Arrays.copyOf(held, held.length + next.length);
        System.arraycopy(next, 0, bytes, held.length, next.length);
        StringBuilder text = new StringBuilder(bytes.length);
        int position = 0;
        while (position < bytes.length) {
            int length = characterLength(bytes, position);
            if (length == INCOMPLETE) {
                break;
            }
            text.appendCodePoint(length == 0 ? 0xFFFD : codePoint(bytes, position, length));
            position += Math.max(length, 1);
        }
        held = Arrays.copyOfRange(bytes, position, bytes.length);
        return text.toString();
    }

    /** What is held back, which nothing completes any more. */
    String finish() {
        String text = "\uFFFD".repeat(held.length);
        held = new byte[0];
        return text;
    }

    /** Bytes of the character at {@code start}, 0 if there is none, or {@link #INCOMPLETE}. */
    private static int characterLength(byte[] bytes, int start) {
        int lead = bytes[start] & 0xFF;
        if (lead < 0x80) {
            return 1;
        }
        int length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
        for (int i = 1; i < length; i++) {
            if (start + i == bytes.length) {
                return INCOMPLETE;
            }
            int next = bytes[start + i] & 0xFF;
            boolean allowed = i == 1 ? isSecond(lead, next) : next >= 0x80 && next < 0xC0;
            if (!allowed) {
                return 0;
            }
        }
        return length;
    }

    /** Table 3-7 of the Unicode standard: no overlong forms, no surrogates, nothing above U+10FFFF. */
    private static boolean isSecond(int lead, int next) {
        int first = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
        int last = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
        return next >= first && next <= last;
    }

    private static int codePoint(byte[] bytes, int start, int length) {
        if (length == 1) {
            return bytes[start];
        }
        int value = bytes[start] & (0x7F >> length);
        for (int i = 1; i < length; i++) {
            value = (value << 6) | (bytes[start + i] & 0x3F);
        }
        return value;
    }
}
