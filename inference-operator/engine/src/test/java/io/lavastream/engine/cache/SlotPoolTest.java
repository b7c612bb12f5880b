package io.lavastream.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class SlotPoolTest {
    private static final int LENGTH = 100;

    private SlotPool pool = new SlotPool(List.of(LENGTH, LENGTH, LENGTH));

    @Test
    void staysInTheSlotOfAnEarlierTurnAnswerIncluded() {
        int slot = fill("hello", "abc");
        pool.release(slot);

        Placement placement = place("helloabcmore");

        assertThat(placement).isEqualTo(new Placement(slot, 8, OptionalInt.empty()));
        assertThat(pool.counts()).isEqualTo(new ReuseCounts(1, 8, 0, 0));
    }

    @Test
    void neverReusesTheLastPositionOfAPrompt() {
        pool.release(fill("hello", "abc"));

        assertThat(pool.reusable(key("hello"))).isEqualTo(4);
        assertThat(place("hello").reused()).isEqualTo(4);
    }

    @Test
    void copiesWhatARunningSequenceHolds() {
        int running = fill("hello", "abc");

        Placement placement = place("hello, you");

        assertThat(placement.slot()).isNotEqualTo(running);
        assertThat(placement.reused()).isEqualTo(5);
        assertThat(placement.copyFrom()).hasValue(running);
    }

    @Test
    void doesNotTrustAnAnswerThatIsStillWritten() {
        fill("hello", "abc");

        assertThat(pool.reusable(key("helloabcmore"))).isEqualTo(5);
    }

    @Test
    void copiesASmallPartOfWhatASlotHoldsAndLeavesTheRestThere() {
        int slot = fill("system: a long conversation", "");
        pool.release(slot);

        Placement placement = place("system: other");

        assertThat(placement.slot()).isNotEqualTo(slot);
        assertThat(placement.copyFrom()).hasValue(slot);
        assertThat(placement.reused()).isEqualTo(8);
        assertThat(pool.reusable(key("system: a long conversation"))).isEqualTo(26);
    }

    @Test
    void givesUpWhatWasUsedLeastRecently() {
        for (String text : List.of("one", "two", "xyz")) {
            pool.release(fill(text, ""));
        }
        pool.release(place("one more").slot());

        int slot = place("new").slot();

        assertThat(slot).isEqualTo(1);
        assertThat(pool.reusable(key("two"))).isZero();
        assertThat(pool.reusable(key("one more"))).isEqualTo(3);
        assertThat(pool.counts().evictions()).isOne();
    }

    @Test
    void givesNothingAwayThatIsStillToBeCopied() {
        pool = new SlotPool(List.of(LENGTH, LENGTH));
        int source = fill("system: a long conversation", "");
        pool.release(source);
        Placement copying = place("system: other");

        assertThat(copying.copyFrom()).hasValue(source);
        assertThat(pool.hasFree(LENGTH)).isFalse();

        pool.copied(source);
        assertThat(pool.hasFree(LENGTH)).isTrue();
    }

    @Test
    void staysInTheOnlySlotThereIs() {
        pool = new SlotPool(List.of(LENGTH));
        pool.release(fill("system: a long conversation", ""));

        assertThat(place("system: other")).isEqualTo(new Placement(0, 8, OptionalInt.empty()));
        assertThat(pool.counts().evictions()).isOne();
    }

    @Test
    void takesASlotOfTheLengthAskedForWhateverTheOthersHold() {
        pool = new SlotPool(List.of(LENGTH, 10, 10));
        pool.release(fill("hello", ""));

        Placement placement = pool.place(key("hello"), 10);

        assertThat(placement).isEqualTo(new Placement(1, 4, OptionalInt.of(0)));
        assertThat(pool.place(key("b"), 10).slot()).isEqualTo(2);
        assertThat(pool.hasFree(10)).isFalse();
        assertThatThrownBy(() -> pool.place(key("c"), 10))
                .hasMessage("a slot is taken with none free");
    }

    @Test
    void forgetsTheAnswerBehindATokenThatIsWrittenAgain() {
        int slot = fill("hello", "abc");
        pool.generated(slot, 6, 'X');
        pool.release(slot);

        assertThat(pool.reusable(key("helloabcd"))).isEqualTo(6);
        assertThat(pool.reusable(key("helloaXcd"))).isEqualTo(7);
    }

    @Test
    void stopsAtASlotThatIsFreedTwice() {
        int slot = fill("a", "");
        pool.release(slot);

        assertThatThrownBy(() -> pool.release(slot))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("slot 0 is freed but not taken");
    }

    /** A sequence that runs: its prompt computed, its answer written. */
    private int fill(String prompt, String answer) {
        int slot = place(prompt).slot();
        pool.computed(slot, prompt.length());
        for (int i = 0; i < answer.length(); i++) {
            pool.generated(slot, prompt.length() + i, answer.charAt(i));
        }
        return slot;
    }

    private Placement place(String prompt) {
        return pool.place(key(prompt), LENGTH);
    }

    private static PromptKey key(String text) {
        return new PromptKey(text.chars().toArray(), List.of());
    }
}
