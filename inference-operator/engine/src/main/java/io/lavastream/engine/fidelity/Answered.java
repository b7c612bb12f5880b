package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.LlavaModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A greedy answer as it grows, with the logits that each of its tokens was chosen from. */
final class Answered {
    private final Collection<Integer> ends;
    private final int limit;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<float[]> logits = new ArrayList<>();

    /**
     * Begins with the token that {@code first} makes the most probable.
     *
     * @param limit tokens at most
     * @param ends tokens that end it, and are part of it
     */
    Answered(float[] first, int limit, Collection<Integer> ends) {
        this.limit = limit;
        this.ends = List.copyOf(ends);
        add(Logits.argmax(first), first);
    }

    /** The whole answer to a prompt of {@code length} positions that {@code slot} holds. */
    static Answered alone(
            LlavaModel model,
            int slot,
            int length,
            float[] first,
            int limit,
            Collection<Integer> ends) {
        Answered answer = new Answered(first, limit, ends);
        while (!answer.ended()) {
            var step =
                    model.decode(
                            new DecodeBatch(
                                    new int[] {slot},
                                    new int[] {answer.last()},
                                    new int[] {answer.position(length)},
                                    true));
            answer.add(step.greedy()[0], step.logits()[0]);
        }
        return answer;
    }

    void add(int token, float[] from) {
        tokens.add(token);
        logits.add(from);
    }

    boolean ended() {
        return tokens.size() >= limit || ends.contains(last());
    }

    int last() {
        return tokens.get(tokens.size() - 1);
    }

    /** Where the last token stands, behind a prompt of {@code length} positions. */
    int position(int length) {
        return length + tokens.size() - 1;
    }

    int size() {
        return tokens.size();
    }

    int[] tokens() {
        return tokens.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What token {@code index} was chosen from, [vocabulary]. */
    float[] logits(int index) {
        return logits.get(index);
    }
}
