package io.lavastream.ingest;

import io.lavastream.schemas.Question;
import io.lavastream.schemas.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Counts the text of a question, and cuts it to a limit. Everything is counted in UTF-16 units, and each element of a
 * list or map as one more, so that many empty ones count too.
 */
final class TextBudget {
    private long left;

    TextBudget(long characters) {
        left = characters;
    }

    /** Counts without copying. */
    static long characters(Question question) {
        long sum = question.getText().length();
        sum += question.getSystem() == null ? 0 : question.getSystem().length();
        for (Turn turn : question.getTurns()) {
            sum += 1 + turn.getText().length();
        }
        sum += characters(question.getAnswerFormat().getOptions());
        sum += characters(question.getSampling().getStop());
        return sum + characters(question.getAttributes());
    }

    /** The map if it fits, else none of it: half a map of attributes would mislead. */
    Map<String, String> take(Map<String, String> attributes) {
        long needed = characters(attributes);
        if (needed > left) {
            return Map.of();
        }
        left -= needed;
        return attributes;
    }

    /** As much of the text as fits. */
    String take(String text) {
        String taken = cut(text, (int) Math.min(left, text.length()));
        left -= taken.length();
        return taken;
    }

    /** As many of the turns as fit, the last one perhaps cut. */
    List<Turn> takeTurns(List<Turn> turns) {
        List<Turn> taken = new ArrayList<>();
        for (Turn turn : turns) {
            if (--left < 0) {
                break;
            }
            taken.add(new Turn(turn.getRole(), take(turn.getText())));
        }
        left = Math.max(0, left);
        return taken;
    }

    /** As many of the texts as fit, the last one perhaps cut. */
    List<String> takeAll(List<String> texts) {
        List<String> taken = new ArrayList<>();
        for (String text : texts) {
            if (--left < 0) {
                break;
            }
            taken.add(take(text));
        }
        left = Math.max(0, left);
        return taken;
    }

    /** The first {@code most} characters, without half a surrogate pair at the end. */
    static String cut(String text, int most) {
        if (text == null || text.length() <= most) {
            return text;
        }
        boolean splitsPair = most > 0 && Character.isHighSurrogate(text.charAt(most - 1));
        return text.substring(0, splitsPair ? most - 1 : most);
    }

    private static long characters(List<String> texts) {
        long sum = 0;
        for (String text : texts) {
            sum += 1 + text.length();
        }
        return sum;
    }

    private static long characters(Map<String, String> attributes) {
        long sum = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            sum += 1 + attribute.getKey().length() + attribute.getValue().length();
        }
        return sum;
    }
}
