package io.lavastream.standalone.demo;

import java.lang.Character.UnicodeScript;

/** Text cut or filled to a number of terminal cells, in which Chinese characters take two. */
final class Column {
    private static final String CUT = "…";

    private Column() {}

    /** {@code text} on one line, exactly {@code cells} wide, starting at the left. */
    static String fit(String text, int cells) {
        String line = text.strip().replaceAll("\\s+", " ");
        String shown = width(line) <= cells ? line : cut(line, cells - 1) + CUT;
        return shown + " ".repeat(cells - width(shown));
    }

    /** The same, ending at the right. */
    static String fitRight(String text, int cells) {
        String shown = fit(text, cells).stripTrailing();
        return " ".repeat(cells - width(shown)) + shown;
    }

    private static String cut(String line, int cells) {
        StringBuilder kept = new StringBuilder();
        int used = 0;
        for (int c : line.codePoints().toArray()) {
            used += width(c);
            if (used > cells) {
                break;
            }
            kept.appendCodePoint(c);
        }
        return kept.toString();
    }

    private static int width(String text) {
        return text.codePoints().map(Column::width).sum();
    }

    private static int width(int codePoint) {
        boolean wide =
                UnicodeScript.of(codePoint) == UnicodeScript.HAN
                        || (codePoint >= 0x3000 && codePoint <= 0x303F) // CJK punctuation
                        || (codePoint >= 0xFF00 && codePoint <= 0xFF60); // full-width forms
        return wide ? 2 : 1;
    }
}
