package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineMetrics;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The loop turned by hand: what was computed once is not computed again, and every answer is its own all the same. */
class PrefixReuseTest {
    private static final EncodedImage OTHER_IMAGE = EncodedImage.of(new byte[] {'%'});

    private final HandTurnedLoop hand = new HandTurnedLoop(new ScriptedModel(4, 60, 8, 3));
    private final ScriptedModel model = hand.model;

    @Test
    void tenQuestionsAboutOneImageAskedAtOnceRunTheVisionTowerOnce() {
        List<ActiveRequest> requests = new ArrayList<>();
        for (char letter = 'a'; letter < 'k'; letter++) {
            requests.add(hand.offer(Requests.aboutImage("question " + letter)));
        }

        for (int i = 0; i < requests.size(); i++) {
            assertThat(hand.answer(requests.get(i)).text())
                    .isEqualTo("###question " + (char) ('a' + i));
        }

        EngineMetrics metrics = hand.counters.snapshot();
        assertThat(metrics.visionRuns()).isOne();
        assertThat(model.calls).filteredOn(call -> call.startsWith("encode")).hasSize(3);
        assertThat(metrics.prefixHits()).isEqualTo(9);
        assertThat(metrics.reusedTokens()).isEqualTo(9 * 13);
        assertThat(metrics.prefillTokens()).isEqualTo(10 * 14 - 9 * 13);
    }

    @Test
    void theNextTurnOfAConversationGoesOnWhereTheAnswerEnded() {
        hand.answer(hand.offer(Requests.aboutImage("abcd")));
        model.calls.clear();

        // The answer to "abcd" is the prompt again, from the image on: its last token is not read.
        ActiveRequest next = hand.offer(Requests.aboutImage("abcd" + "###abcd" + "efg"));

        assertThat(hand.answer(next).text()).isEqualTo("###abcd###abcdefg");
        assertThat(model.calls.get(0)).isEqualTo("prefill 15+3");
        assertThat(hand.counters.snapshot().visionRuns()).isOne();
        assertThat(hand.counters.snapshot().prefixCopies()).isZero();
    }

    @Test
    void anotherImageIsAnotherSequence() {
        ActiveRequest one = hand.offer(Requests.aboutImage("abcd"));
        ActiveRequest other = hand.offer(about(OTHER_IMAGE, "abcd"));

        assertThat(hand.answer(one).text()).isEqualTo("###abcd");
        assertThat(hand.answer(other).text()).isEqualTo("%%%abcd");
        assertThat(hand.counters.snapshot().visionRuns()).isEqualTo(2);
        assertThat(hand.counters.snapshot().reusedTokens()).isOne(); // where every prompt begins
    }

    @Test
    void whoComputesASharedPrefixMayBeCancelledAtAnyTime() {
        for (int steps = 0; steps < 10; steps++) {
            HandTurnedLoop loop = new HandTurnedLoop(new ScriptedModel(4, 60, 8, 3));
            ActiveRequest owner = loop.offer(Requests.aboutImage("a question that is long"));
            ActiveRequest next = loop.offer(Requests.aboutImage("a question that is longer"));
            loop.steps(steps);

            owner.cancel();

            assertThat(loop.answer(next).text()).isEqualTo("###a question that is longer");
            assertThat(Requests.errorOf(owner.result())).isEqualTo(ErrorCode.CANCELLED);
            assertThat(loop.model.calls)
                    .filteredOn(call -> call.startsWith("encode"))
                    .containsExactly("encode 0", "encode 1", "encode 2");
            assertThat(loop.counters.snapshot().prefillTokens()).isLessThanOrEqualTo(29 + 1);
        }
    }

    @Test
    void whoComputesASharedPrefixMayFail() {
        AtomicInteger failures = new AtomicInteger(2);
        model.before =
                call -> {
                    if (call.startsWith("encode 1") && failures.getAndDecrement() > 0) {
                        throw new IllegalStateException("scripted");
                    }
                };
        ActiveRequest owner = hand.offer(Requests.aboutImage("abcd"));
        ActiveRequest next = hand.offer(Requests.aboutImage("abxy"));

        assertThat(hand.answer(next).text()).isEqualTo("###abxy");
        assertThat(Requests.errorOf(owner.result())).isEqualTo(ErrorCode.INTERNAL);
        assertThat(hand.counters.snapshot().visionRuns()).isOne();
    }

    @Test
    void copiesAPrefixFromASlotWhoseSequenceRuns() {
        ActiveRequest running = hand.offer(Requests.aboutImage("abcdefghij"));
        hand.steps(8);
        ActiveRequest next = hand.offer(Requests.aboutImage("abcdefgh, no"));

        assertThat(hand.answer(next).text()).isEqualTo("###abcdefgh, no");
        assertThat(hand.answer(running).text()).isEqualTo("###abcdefghij");
        assertThat(model.calls).contains("copy 0-12");
        assertThat(hand.counters.snapshot().prefixCopies()).isOne();
    }

    @Test
    void givesUpTheOldestPrefixWhereSlotsRunOut() {
        for (String text : List.of("one", "two", "red", "old", "new")) {
            hand.answer(hand.offer(Requests.text(text)));
        }

        assertThat(hand.counters.snapshot().prefixEvictions()).isOne();
    }

    private static GenerationRequest about(EncodedImage image, String question) {
        return Requests.of(
                question, List.of(image), SamplingParams.greedy(), "interactive", Instant.MAX);
    }
}
