package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.engine.scheduler.PieceTimes.Chunk;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class WarmUpTest {
    private static final int SLOT_LENGTH = 1_000;

    private long now;
    private int longestRun;

    private final WarmUp warmUp = new WarmUp(new TimedModel(), () -> now);

    @Test
    void measuresWhatEachLengthCostsBehindALongPrompt() {
        PieceTimes times = warmUp.measure(List.of(), List.of(10, 100), Duration.ofSeconds(1));

        assertThat(times.chunks())
                .containsExactly(
                        new Chunk(10, Duration.ofNanos(1_000), 5 + 10),
                        new Chunk(100, Duration.ofNanos(10_000), 5 + 100));
    }

    @Test
    void runsNothingLongerThanAnybodyWillAskFor() {
        PieceTimes times =
                warmUp.measure(List.of(), List.of(10, 50, 100, 200), Duration.ofNanos(100));

        // 50 takes five times as long as the shortest, and too long to be asked for behind others.
        assertThat(times.chunks())
                .containsExactly(
                        new Chunk(10, Duration.ofNanos(1_000), 5 + 10),
                        new Chunk(50, Duration.ofNanos(5_000), 5 * (5 + 10)),
                        new Chunk(100, Duration.ofNanos(10_000), 10 * (5 + 10)),
                        new Chunk(200, Duration.ofNanos(20_000), 20 * (5 + 10)));
        assertThat(longestRun).isEqualTo(50);
    }

    @Test
    void tellsWhatARunOfVisionCostsFromWhatItsUnitsDo() {
        VisionStages.UnitTimes times =
                warmUp.unitTimes(8, (begin, end) -> now += 50 + 30L * (end - begin));

        assertThat(times).isEqualTo(new VisionStages.UnitTimes(50, 30, 80));
    }

    @Test
    void takesAUnitForAllThereIsWhereVisionHasNoMore() {
        VisionStages.UnitTimes times =
                warmUp.unitTimes(2, (begin, end) -> now += 50 + 30L * (end - begin));

        assertThat(times).isEqualTo(new VisionStages.UnitTimes(0, 80, 80));
    }

    /** A prefill takes 100 ns a position, and for each earlier one 5 ns and 1 more for each of its own. */
    private final class TimedModel implements ModelRunner {
        @Override
        public int slots() {
            return 2;
        }

        @Override
        public int slotLength() {
            return SLOT_LENGTH;
        }

        @Override
        public float[] prefill(int slot, int start, PromptChunk chunk) {
            longestRun = Math.max(longestRun, chunk.length());
            now += 100L * chunk.length() + (5L + chunk.length()) * start;
            return new float[0];
        }

        @Override
        public void copyPrefix(int fromSlot, int toSlot, int start, int end) {
            now += end - start;
        }

        @Override
        public int vocabularySize() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int imageTokens() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int maxChunk() {
            throw new UnsupportedOperationException();
        }

        @Override
        public float[] rowEnd() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int visionStages() {
            throw new UnsupportedOperationException();
        }

        @Override
        public float[] encode(int stage, float[] input) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StepOutput decode(DecodeBatch batch) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
