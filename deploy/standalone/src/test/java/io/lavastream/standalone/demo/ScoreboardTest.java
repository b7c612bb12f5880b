package io.lavastream.standalone.demo;

import static io.lavastream.standalone.demo.Replies.answered;
import static io.lavastream.standalone.demo.Replies.broken;
import static io.lavastream.standalone.demo.Replies.failed;
import static io.lavastream.standalone.demo.Replies.question;
import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.demo.DemoResult.Mark;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScoreboardTest {
    private final Scoreboard scoreboard = new Scoreboard();

    @Test
    void isContentWhenAnswersAreRightAndOnlyTheBrokenInputFailed() {
        scoreboard.asked(question("a", "Red"), 0);
        scoreboard.asked(broken("b", FailureCode.IMAGE_CORRUPT), 0);

        scoreboard.replied(answered("a", "Red"), 0);
        scoreboard.replied(failed("b", FailureCode.IMAGE_CORRUPT, "cut off"), 0);

        assertThat(scoreboard.complaints()).isEmpty();
        assertThat(scoreboard.summary()).isEqualTo("1 answered, 1 right, 1 failed");
        assertThat(scoreboard.referenceSummary())
                .contains("1 of 1 equal the reference implementation's answers");
    }

    @Test
    void measuresFromTheQuestionToItsOutcome() {
        scoreboard.asked(question("a", "Red"), 5_000_000);

        Optional<DemoResult> result = scoreboard.replied(answered("a", "Red"), 47_900_000);

        assertThat(result.orElseThrow().millis()).isEqualTo(42);
    }

    @Test
    void toleratesOneWrongAnswerInTwentyAndNotTwo() {
        for (int i = 0; i < 20; i++) {
            scoreboard.asked(question("q" + i, "Red"), 0);
        }
        for (int i = 0; i < 19; i++) {
            scoreboard.replied(answered("q" + i, "Red"), 0);
        }
        scoreboard.replied(answered("q19", "Blue"), 0);
        assertThat(scoreboard.complaints()).isEmpty();

        scoreboard.asked(question("q20", "Red"), 0);
        scoreboard.replied(answered("q20", "red"), 0);

        assertThat(scoreboard.complaints())
                .containsExactly("19 of 21 right (expected: at least 95 %)");
    }

    @Test
    void complainsOfAQuestionWithoutAnOutcome() {
        scoreboard.asked(question("a", "Red"), 0);

        assertThat(scoreboard.complaints()).containsExactly("a: no outcome (expected: one)");
    }

    @Test
    void complainsOfASecondOutcome() {
        scoreboard.asked(question("a", "Red"), 0);
        scoreboard.replied(answered("a", "Red"), 0);

        assertThat(scoreboard.replied(answered("a", "Red"), 0)).isEmpty();
        assertThat(scoreboard.complaints()).containsExactly("a: another outcome (expected: one)");
    }

    @Test
    void takesNoNoticeOfOtherClientsQuestions() {
        assertThat(scoreboard.replied(answered("somebody's", "Red"), 0)).isEmpty();

        assertThat(scoreboard.complaints()).isEmpty();
    }

    @Test
    void complainsWhenASoundQuestionFails() {
        scoreboard.asked(question("a", "Red"), 0);

        Optional<DemoResult> result =
                scoreboard.replied(failed("a", FailureCode.INTERNAL, "oh"), 0);

        assertThat(result.orElseThrow().mark()).isEqualTo(Mark.FAILED);
        assertThat(scoreboard.complaints())
                .containsExactly("a: failed with INTERNAL (expected: an answer)");
    }

    @Test
    void complainsWhenABrokenInputIsAnsweredOrFailsOtherwise() {
        scoreboard.asked(broken("a", FailureCode.IMAGE_CORRUPT), 0);
        scoreboard.asked(broken("b", FailureCode.IMAGE_CORRUPT), 0);
        scoreboard.replied(answered("a", "Red"), 0);
        scoreboard.replied(failed("b", FailureCode.INTERNAL, "oh"), 0);

        assertThat(scoreboard.complaints())
                .containsExactly(
                        "a: answered (expected: IMAGE_CORRUPT)",
                        "b: failed with INTERNAL (expected: IMAGE_CORRUPT)");
    }

    @Test
    void doesNotJudgeAQuestionWithoutAKnownAnswer() {
        scoreboard.asked(question("a", Optional.empty(), Optional.empty()), 0);
        scoreboard.asked(question("b", Optional.empty(), Optional.empty()), 0);
        scoreboard.replied(answered("a", "Red"), 0);
        scoreboard.replied(failed("b", FailureCode.IMAGE_CORRUPT, "cut off"), 0);

        assertThat(scoreboard.complaints()).isEmpty();
        assertThat(scoreboard.referenceSummary()).isEmpty();
    }
}
