package io.lavastream.standalone.demo;

import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.demo.DemoResult.Mark;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Keeps what was asked and what came of it, and judges the whole. Not thread-safe. */
public final class Scoreboard {
    /** The least share of right answers among those that can be judged. */
    static final double PASSING = 0.95;

    private final Map<String, Asked> open = new LinkedHashMap<>();
    private final Map<String, DemoResult> results = new LinkedHashMap<>();
    private final List<String> repeated = new ArrayList<>();

    private record Asked(SceneQuestion question, long nanos) {}

    /** A question was sent at {@code nanos}. */
    public void asked(SceneQuestion question, long nanos) {
        open.put(question.requestId(), new Asked(question, nanos));
    }

    /** An outcome arrived at {@code nanos}; empty if it is no first outcome of a question of ours. */
    public Optional<DemoResult> replied(Reply reply, long nanos) {
        Asked asked = open.remove(reply.requestId());
        if (asked == null) {
            if (results.containsKey(reply.requestId())) {
                repeated.add(reply.requestId());
            }
            return Optional.empty();
        }
        DemoResult result =
                new DemoResult(asked.question(), reply, (nanos - asked.nanos()) / 1_000_000);
        results.put(reply.requestId(), result);
        return Optional.of(result);
    }

    /** Questions without an outcome so far. */
    public int open() {
        return open.size();
    }

    public Collection<DemoResult> results() {
        return List.copyOf(results.values());
    }

    /** One line: answered, right, failed. */
    public String summary() {
        return "%d answered, %d right, %d failed"
                .formatted(
                        count(result -> result.text().isPresent()),
                        count(result -> result.mark() == Mark.RIGHT),
                        count(result -> result.failure().isPresent()));
    }

    /** One line about the reference implementation; empty where its answers are not known. */
    public Optional<String> referenceSummary() {
        long known = count(result -> result.equalsReference().isPresent());
        long equal = count(result -> result.equalsReference().orElse(false));
        return known == 0
                ? Optional.empty()
                : Optional.of(
                        "%d of %d equal the reference implementation's answers"
                                .formatted(equal, known));
    }

    /** What is not as it must be, a line each; empty if all is well. */
    public List<String> complaints() {
        List<String> complaints = new ArrayList<>();
        open.keySet().forEach(id -> complaints.add(id + ": no outcome (expected: one)"));
        repeated.forEach(id -> complaints.add(id + ": another outcome (expected: one)"));
        results.values().forEach(result -> complaint(result).ifPresent(complaints::add));
        long right = count(result -> result.mark() == Mark.RIGHT);
        long judged = right + count(Scoreboard::isWrongAnswer);
        if (right < PASSING * judged) {
            complaints.add(
                    "%d of %d right (expected: at least %.0f %%)"
                            .formatted(right, judged, 100 * PASSING));
        }
        return complaints;
    }

    private static boolean isWrongAnswer(DemoResult result) {
        return result.mark() == Mark.WRONG && result.question().failure().isEmpty();
    }

    private static Optional<String> complaint(DemoResult result) {
        SceneQuestion question = result.question();
        if (result.mark() == Mark.FAILED && mustNotFailSo(question)) {
            return Optional.of(
                    "%s: failed with %s (expected: %s)"
                            .formatted(
                                    question.requestId(),
                                    result.failure().orElseThrow(),
                                    question.failure().map(Enum::name).orElse("an answer")));
        }
        if (question.failure().isPresent() && result.text().isPresent()) {
            return Optional.of(
                    "%s: answered (expected: %s)"
                            .formatted(question.requestId(), question.failure().orElseThrow()));
        }
        return Optional.empty();
    }

    /** Nothing is expected of a question that has neither an answer nor a failure. */
    private static boolean mustNotFailSo(SceneQuestion question) {
        return question.answer().isPresent() || question.failure().isPresent();
    }

    private long count(Predicate<DemoResult> matching) {
        return results.values().stream().filter(matching).count();
    }
}
