package io.lavastream.loadtests.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.FailureCode;
import io.lavastream.schemas.FinishReason;
import io.lavastream.schemas.Stage;
import io.lavastream.schemas.Times;
import io.lavastream.schemas.TokenCounts;
import io.lavastream.standalone.client.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TallyTest {
    private static final long SECOND = 1_000_000_000;
    private static final int IN_PROGRESS = 4;

    private final Ledger ledger = new Ledger();

    @Test
    void aRoundWithOneRightOutcomeForEachQuestionHolds() {
        ask("a");
        ask("b");
        ledger.seen(answer("a", "Red"), 2 * SECOND);
        ledger.seen(answer("b", "Red"), 5 * SECOND);

        RoundResult result = tally(Fault.KILL_JOB, IN_PROGRESS, 1_000);

        assertThat(result.holds(60_000)).isTrue();
        assertThat(result.sent()).isEqualTo(2);
        assertThat(result.seen()).isEqualTo(2);
        assertThat(result.gapMillis()).isEqualTo(3_000);
    }

    @Test
    void aQuestionWithoutAnOutcomeIsLost() {
        ask("a");
        ask("b");
        ledger.seen(answer("a", "Red"), SECOND);

        RoundResult result = tally(Fault.KILL_JOB, 0, 1_000);

        assertThat(ledger.isSettled()).isFalse();
        assertThat(result.lost()).isEqualTo(1);
        assertThat(result.holds(60_000)).isFalse();
    }

    @Test
    void aDeadlyRecordExplainsItsOwnFailureAndNobodyElses() {
        ask("round-of-its-own");
        ask("neighbour");
        ledger.seen(failure("round-of-its-own", FailureCode.INTERNAL), SECOND);
        ledger.seen(failure("neighbour", FailureCode.INTERNAL), SECOND);

        assertThat(tally(Fault.DEADLY_RECORD, 0, 1_000).unexplained()).isEqualTo(1);
    }

    @Test
    void aQuestionThatTheBrokerNeverTookIsNotLost() {
        ledger.sent("never-acknowledged", "Red", 0);

        RoundResult result = tally(Fault.KILL_BROKER, 0, 1_000);

        assertThat(ledger.isSettled()).isTrue();
        assertThat(result.sent()).isZero();
        assertThat(result.lost()).isZero();
    }

    @Test
    void aSecondOutcomeIsDoubledWhateverItSays() {
        ask("a");
        ledger.seen(answer("a", "Red"), SECOND);
        ledger.seen(failure("a", FailureCode.INTERNAL), SECOND);

        RoundResult result = tally(Fault.ENGINE_OUT_OF_MEMORY, 0, 1_000);

        assertThat(result.doubled()).isEqualTo(1);
        assertThat(result.holds(60_000)).isFalse();
    }

    @Test
    void anotherAnswerThanTheModelsIsWrong() {
        ask("a");
        ledger.seen(answer("a", "Blue"), SECOND);

        assertThat(tally(Fault.KILL_JOB, 0, 1_000).wrong()).isEqualTo(1);
        assertThat(tally(Fault.KILL_JOB, 0, 1_000).holds(60_000)).isFalse();
    }

    @Test
    void aFailureNeedsAReasonInTheFault() {
        ask("a");
        ledger.seen(failure("a", FailureCode.INTERNAL), SECOND);

        assertThat(tally(Fault.ENGINE_OUT_OF_MEMORY, 0, 1_000).holds(60_000)).isTrue();
        RoundResult killed = tally(Fault.KILL_JOB, 0, 1_000);
        assertThat(killed.unexplained()).isEqualTo(1);
        assertThat(killed.failed()).isEqualTo(Map.of("INTERNAL", 1));
        assertThat(killed.holds(60_000)).isFalse();
    }

    @Test
    void onlyWhatWasInProgressMayBeComputedTwice() {
        for (int i = 0; i <= IN_PROGRESS; i++) {
            ask("question-" + i);
            ledger.seen(answer("question-" + i, "Red"), SECOND);
        }

        assertThat(tally(Fault.KILL_JOB, IN_PROGRESS, 1_000).holds(60_000)).isTrue();
        assertThat(tally(Fault.KILL_JOB, IN_PROGRESS + 1, 1_000).holds(60_000)).isFalse();
        assertThat(tally(Fault.SECOND_JOB_ELSEWHERE, IN_PROGRESS + 1, 1_000).holds(60_000))
                .isTrue();
    }

    @Test
    void theServiceIsBackWhenAllOldQuestionsAndANewOneHaveTheirOutcomes() {
        ask("old");
        ask("older");
        ledger.sent("new", "Red", 2 * SECOND);
        ledger.seen(answer("old", "Red"), 3 * SECOND);
        ledger.seen(answer("new", "Red"), 4 * SECOND);
        assertThat(ledger.recoveredAt(SECOND)).as("one partition still hangs").isEmpty();

        ledger.seen(answer("older", "Red"), 9 * SECOND);

        assertThat(ledger.recoveredAt(SECOND)).hasValue(9 * SECOND);
        assertThat(ledger.recoveredAt(2 * SECOND)).as("nothing sent after it").isEmpty();
    }

    @Test
    void theServiceMustBeBackInTime() {
        assertThat(tally(Fault.OUTAGE, 0, 60_000).holds(60_000)).isTrue();
        assertThat(tally(Fault.OUTAGE, 0, 60_001).holds(60_000)).isFalse();
    }

    private RoundResult tally(Fault fault, int recomputed, long recoveryMillis) {
        Plan.Round round =
                new Plan.Round(1, List.of(fault), Duration.ofSeconds(1), Duration.ofSeconds(1));
        return Tally.of(
                round,
                ledger.startingWith(""),
                recomputed,
                IN_PROGRESS,
                recoveryMillis,
                Optional.empty());
    }

    private void ask(String requestId) {
        ledger.sent(requestId, "Red", 0);
        ledger.acknowledged(requestId);
    }

    private static Reply answer(String requestId, String text) {
        return new Reply.Answered(
                Answer.newBuilder()
                        .setRequestId(requestId)
                        .setAttempt(1)
                        .setText(text)
                        .setFinishReason(FinishReason.END_OF_SEQUENCE)
                        .setTokens(new TokenCounts(1, 0, 1))
                        .setTimes(new Times(0d, 0d, 0d, 0d, 0d))
                        .setModel("model")
                        .setModelRevision("revision")
                        .build());
    }

    private static Reply failure(String requestId, FailureCode code) {
        return new Reply.Failed(
                Failure.newBuilder()
                        .setRequestId(requestId)
                        .setAttempt(1)
                        .setCode(code)
                        .setRetryable(true)
                        .setDetail("on purpose")
                        .setStage(Stage.INFERENCE)
                        .build());
    }
}
