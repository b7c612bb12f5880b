package io.lavastream.standalone.redrive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.schemas.FailureCode;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LastFailuresTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Test
    void takesWhatARetryMayHelpOldestFirst() {
        LastFailures last = new LastFailures(filter(Set.of(), 10));

        last.failed(Failed.of("b", 1, FailureCode.INTERNAL), START.plusSeconds(2));
        last.failed(Failed.of("a", 1, FailureCode.OVERLOADED), START.plusSeconds(1));
        last.failed(Failed.of("c", 1, FailureCode.IMAGE_CORRUPT), START.plusSeconds(3));

        assertThat(ids(last)).containsExactly("a", "b");
    }

    @Test
    void theLastAttemptCountsAndALaterAnswerSettlesIt() {
        LastFailures last = new LastFailures(filter(Set.of(), 10));

        last.failed(Failed.of("failed-twice", 2, FailureCode.INTERNAL), START.plusSeconds(2));
        last.failed(Failed.of("failed-twice", 1, FailureCode.INTERNAL), START.plusSeconds(1));
        last.failed(Failed.of("answered-later", 1, FailureCode.INTERNAL), START);
        last.answered("answered-later", 2);
        last.answered("failed-again", 1);
        last.failed(Failed.of("failed-again", 2, FailureCode.INTERNAL), START);
        last.failed(Failed.of("hopeless-now", 1, FailureCode.INTERNAL), START);
        last.failed(Failed.of("hopeless-now", 2, FailureCode.IMAGE_EXPIRED), START);

        assertThat(ids(last)).containsExactly("failed-again", "failed-twice");
        assertThat(last.wanted().get(1).failure().getAttempt()).isEqualTo(2);
    }

    @Test
    void codesTimeAndNumberLimitIt() {
        LastFailures last = new LastFailures(filter(Set.of(FailureCode.IMAGE_EXPIRED), 1));

        last.failed(Failed.of("too-early", 1, FailureCode.IMAGE_EXPIRED), START.minusMillis(1));
        last.failed(Failed.of("other", 1, FailureCode.INTERNAL), START);
        last.failed(Failed.of("second", 1, FailureCode.IMAGE_EXPIRED), START.plusSeconds(2));
        last.failed(Failed.of("first", 1, FailureCode.IMAGE_EXPIRED), START.plusSeconds(1));
        last.failed(Failed.of("too-late", 1, FailureCode.IMAGE_EXPIRED), START.plusSeconds(60));

        assertThat(ids(last)).containsExactly("first");
    }

    @Test
    void anotherQuestionUnderTheIdHidesNothing() {
        LastFailures last = new LastFailures(filter(Set.of(), 10));

        last.failed(Failed.of("a", 1, FailureCode.INTERNAL), START);
        last.failed(Failed.of("a", 1, FailureCode.DUPLICATE_ID), START.plusSeconds(1));

        assertThat(ids(last)).containsExactly("a");
        assertThatThrownBy(() -> filter(Set.of(FailureCode.DUPLICATE_ID), 1))
                .hasMessageStartingWith("code: DUPLICATE_ID (expected: ");
    }

    private static FailureFilter filter(Set<FailureCode> codes, int limit) {
        return new FailureFilter(codes, START, START.plusSeconds(60), limit);
    }

    private static List<String> ids(LastFailures last) {
        return last.wanted().stream().map(found -> found.failure().getRequestId()).toList();
    }
}
