package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.ModelSettings.LongSlots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Slots, chunks and batches change how an answer is computed, never what it is. Small random
 * weights; logits of about 1 to 10.
 */
class LlavaModelBatchingTest {
    private static final float TOLERANCE = 1e-4f;

    /** Widths 1, 2, 4, 7: batches of 3, 5 and 6 are padded, by one or two rows. */
    private static final int SLOTS = 7;

    private static final int NEVER_PRODUCED = 48;

    @TempDir static Path directory;
    private static LlavaModel model;
    private static LlavaModel alone;

    @BeforeAll
    static void open() {
        new TinyCheckpoint(1).write(directory);
        // Cache chunks of 8 positions, so that sequences of tens of positions cross several.
        model = open(new ModelSettings(SLOTS, 100, 40, 8, 2));
        alone = open(new ModelSettings(1, 100, 100, 100, 1));
        model.warmUp(Duration.ofNanos(1), System::nanoTime); // one layer a stage of vision
    }

    private static LlavaModel open(ModelSettings settings) {
        BitSet neverProduced = new BitSet();
        neverProduced.set(NEVER_PRODUCED, 1000);
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return LlavaModel.open(checkpoint, settings, neverProduced, LoadProgress.NONE);
        }
    }

    @AfterAll
    static void close() {
        model.close();
        alone.close();
    }

    @Test
    void aPromptCutAnywhereGivesTheSameLogits() {
        Random random = new Random(2);
        int[] ids = tokens(random, 20);
        int[] rows = new int[20];
        Arrays.setAll(rows, i -> i >= 5 && i < 9 ? i - 5 : -1);
        float[] features = new float[4 * TinyCheckpoint.HIDDEN];
        for (int i = 0; i < features.length; i++) {
            features[i] = random.nextFloat();
        }
        float[] whole = model.prefill(0, 0, new PromptChunk(ids, rows, features));

        for (int cut = 1; cut < ids.length; cut++) {
            model.prefill(1, 0, chunk(ids, rows, features, 0, cut));
            float[] inPieces = model.prefill(1, cut, chunk(ids, rows, features, cut, ids.length));

            assertClose(inPieces, whole);
        }
    }

    @Test
    void chunksThatDidNotGetToTheirPlacesEndTheModel() {
        LlavaModel closed = open(new ModelSettings(2, 100, 40, 8, 1));
        closed.close();

        // The first slot's chunk lies in front; the second's has to get there.
        assertThatThrownBy(() -> closed.decode(one(0))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> closed.decode(one(1)))
                .isInstanceOf(KvCacheError.class)
                .hasCauseInstanceOf(IllegalStateException.class);
    }

    private static DecodeBatch one(int slot) {
        return new DecodeBatch(new int[] {slot}, new int[] {1}, new int[] {0}, false);
    }

    @Test
    void anImageEncodedLayerByLayerHasTheFeaturesOfTheWhole() {
        PixelValues image = image(7);

        assertThat(alone.visionStages()).isOne();
        assertThat(model.visionStages()).isEqualTo(3);
        assertThat(model.encodeImage(image))
                .containsExactly(alone.encodeImage(image), within(1e-5f));
    }

    @Test
    void aPromptContinuesOverTheCopyOfAnotherSlotsPrefix() {
        int[] prompt = tokens(new Random(8), 50);
        PromptChunk suffix = text(Arrays.copyOfRange(prompt, 29, 50));
        model.prefill(3, 0, text(Arrays.copyOf(prompt, 29)));
        float[] expected = model.prefill(3, 29, suffix);
        float[] other = model.prefill(4, 0, text(tokens(new Random(9), 40)));

        model.copyPrefix(3, 6, 0, 29);
        float[] whole = model.prefill(6, 29, suffix);
        model.copyPrefix(3, 0, 0, 10);
        model.copyPrefix(3, 0, 10, 29);
        float[] inPieces = model.prefill(0, 29, suffix);

        assertThat(whole).containsExactly(expected);
        assertThat(inPieces).containsExactly(expected);
        assertThat(model.prefill(3, 29, suffix)).containsExactly(expected);
        assertThat(model.prefill(5, 0, text(tokens(new Random(9), 40)))).containsExactly(other);
        int[] slots = {6, 4, 3};
        int[] tokens = {1, 2, 1};
        int[] positions = {50, 40, 50};
        StepOutput step = model.decode(new DecodeBatch(slots, tokens, positions, true));
        assertClose(step.logits()[0], step.logits()[2]);
        assertClose(step.logits()[0], alone.prefill(0, 0, text(with(prompt, 1))));
    }

    private static int[] with(int[] prompt, int token) {
        int[] longer = Arrays.copyOf(prompt, prompt.length + 1);
        longer[prompt.length] = token;
        return longer;
    }

    @Test
    void longAndShortSlotsDecodeTogether() {
        ModelSettings settings =
                new ModelSettings(2, 20, 20, 8, 1).withLongSlots(new LongSlots(2, 90));
        try (LlavaModel mixed = open(settings)) {
            int[] slots = {0, 1, 2, 3};
            int[] lengths = {5, 19, 70, 33};
            int[][] prompts = new int[4][];
            for (int i = 0; i < 4; i++) {
                prompts[i] = tokens(new Random(20 + i), lengths[i]);
                for (int start = 0; start < lengths[i]; start += 20) {
                    int end = Math.min(lengths[i], start + 20);
                    mixed.prefill(i, start, text(Arrays.copyOfRange(prompts[i], start, end)));
                }
            }

            StepOutput step =
                    mixed.decode(new DecodeBatch(slots, new int[] {1, 2, 3, 4}, lengths, true));

            assertThat(mixed.slotLengths()).containsExactly(20, 20, 90, 90);
            for (int i = 0; i < 4; i++) {
                assertClose(step.logits()[i], alone.prefill(0, 0, text(with(prompts[i], i + 1))));
            }
            assertThatThrownBy(() -> mixed.prefill(1, 19, text(new int[2])))
                    .hasMessage("start: 19 (expected: 0 to 18)");
        }
    }

    @Test
    void copiesAndExchangesOfChunksAreTraced() {
        try (LlavaModel two = open(new ModelSettings(2, 100, 40, 8, 1))) {
            assertThat(RunTrace.of(() -> two.copyPrefix(0, 1, 0, 9))).hasSize(1);
            assertThat(RunTrace.of(() -> two.decode(one(0)))).hasSize(1);
            // The second slot's chunk has to get to the front first.
            assertThat(RunTrace.of(() -> two.decode(one(1)))).hasSize(2);
        }
    }

    @Test
    void refusesToCopyASlotOntoItself() {
        assertThatThrownBy(() -> model.copyPrefix(2, 2, 0, 9))
                .hasMessage("to slot: 2 (expected: another than from slot)");
        assertThatThrownBy(() -> model.copyPrefix(2, 7, 0, 9))
                .hasMessage("to slot: 7 (expected: 0 to 6)");
        assertThatThrownBy(() -> model.copyPrefix(2, 1, 9, 9))
                .hasMessage("end: 9 (expected: 10 to 100)");
    }

    @Test
    void sequencesThatJoinAndLeaveAnswerAsAlone() {
        Random random = new Random(3);
        Map<Integer, List<Integer>> running = new TreeMap<>();

        for (int step = 0; step < 120; step++) {
            int slot = random.nextInt(SLOTS);
            if (running.containsKey(slot)) {
                running.remove(slot);
            } else {
                running.put(slot, joined(random, slot));
            }
            running.values().removeIf(tokens -> tokens.size() >= 90);
            List<Integer> slots = new ArrayList<>(running.keySet());
            slots.removeIf(ignored -> random.nextInt(4) == 0);
            if (!slots.isEmpty()) {
                assertStepAsAlone(random, running, slots);
            }
        }
    }

    /** Prefills 2 to 60 tokens in pieces, and adds the token that the next step takes in. */
    private static List<Integer> joined(Random random, int slot) {
        int[] prompt = tokens(random, 2 + random.nextInt(59));
        float[] logits = null;
        for (int start = 0; start < prompt.length; ) {
            int end = Math.min(prompt.length, start + 1 + random.nextInt(40));
            logits = model.prefill(slot, start, text(Arrays.copyOfRange(prompt, start, end)));
            start = end;
        }
        assertClose(logits, alone.prefill(0, 0, text(prompt)));
        List<Integer> tokens = new ArrayList<>(IntStream.of(prompt).boxed().toList());
        tokens.add(random.nextInt(NEVER_PRODUCED));
        return tokens;
    }

    private static void assertStepAsAlone(
            Random random, Map<Integer, List<Integer>> running, List<Integer> slots) {
        int[] last = new int[slots.size()];
        int[] positions = new int[slots.size()];
        for (int i = 0; i < slots.size(); i++) {
            List<Integer> tokens = running.get(slots.get(i));
            last[i] = tokens.get(tokens.size() - 1);
            positions[i] = tokens.size() - 1;
        }

        StepOutput output = model.decode(new DecodeBatch(ints(slots), last, positions, true));

        for (int i = 0; i < slots.size(); i++) {
            List<Integer> tokens = running.get(slots.get(i));
            assertClose(output.logits()[i], alone.prefill(0, 0, text(ints(tokens))));
            assertThat(output.greedy()[i])
                    .isEqualTo(argmax(Arrays.copyOf(output.logits()[i], NEVER_PRODUCED)));
            tokens.add(random.nextInt(NEVER_PRODUCED));
        }
    }

    @Test
    void visionBetweenTwoStepsChangesNeither() {
        PixelValues image = image(4);
        float[] features = model.encodeImage(image);
        int[] prompt = tokens(new Random(5), 10);
        DecodeBatch step = new DecodeBatch(new int[] {2}, new int[] {7}, new int[] {10}, true);
        model.prefill(2, 0, text(prompt));
        float[] undisturbed = model.decode(step).logits()[0];

        model.prefill(2, 0, text(prompt));
        float[] again = model.encodeImage(image);
        float[] afterVision = model.decode(step).logits()[0];

        assertThat(again).containsExactly(features);
        assertThat(afterVision).containsExactly(undisturbed);
    }

    @Test
    void theGreedyChoicePassesOverIdsThatAreNeverProduced() {
        Random random = new Random(6);
        int passedOver = 0;
        for (int i = 0; i < 60; i++) {
            model.prefill(0, 0, text(tokens(random, 3)));
            DecodeBatch batch =
                    new DecodeBatch(new int[] {0}, tokens(random, 1), new int[] {3}, true);
            StepOutput step = model.decode(batch);
            float[] logits = step.logits()[0];
            assertThat(step.greedy()[0]).isEqualTo(argmax(Arrays.copyOf(logits, NEVER_PRODUCED)));
            passedOver += argmax(logits) >= NEVER_PRODUCED ? 1 : 0;
        }
        assertThat(passedOver).isPositive();
    }

    @Test
    void logitsAreHandedOutOnlyWhereTheyAreAskedFor() {
        model.prefill(0, 0, text(new int[] {1, 2, 3}));
        int[] zero = {0};
        int[] three = {3};

        StepOutput plain = model.decode(new DecodeBatch(zero, three, three, false));
        StepOutput full = model.decode(new DecodeBatch(zero, three, three, true));

        assertThat(plain.logits()).isEmpty();
        assertThat(plain.greedy())
                .containsExactly(argmax(Arrays.copyOf(full.logits()[0], NEVER_PRODUCED)));
    }

    @Test
    void refusesWhatDoesNotFitTheCache() {
        PromptChunk three = text(new int[] {1, 2, 3});

        assertThatThrownBy(() -> model.prefill(SLOTS, 0, three))
                .hasMessage("slot: 7 (expected: 0 to 6)");
        assertThatThrownBy(() -> model.prefill(0, 98, three))
                .hasMessage("start: 98 (expected: 0 to 97)");
        assertThatThrownBy(() -> model.prefill(0, 0, text(new int[41])))
                .hasMessage("chunk length: 41 (expected: 1 to 40)");
        assertThatThrownBy(() -> model.prefill(0, 0, text(new int[] {50})))
                .hasMessage("token: 50 (expected: 0 to 49)");
        int[] twice = {1, 1};
        assertThatThrownBy(() -> model.decode(new DecodeBatch(twice, twice, twice, false)))
                .hasMessage("slot: 1 twice (expected: once a batch)");
    }

    private static PixelValues image(long seed) {
        Random random = new Random(seed);
        int side = TinyCheckpoint.IMAGE_SIZE;
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new PixelValues(side, values);
    }

    private static PromptChunk text(int[] ids) {
        int[] rows = new int[ids.length];
        Arrays.fill(rows, -1);
        return new PromptChunk(ids, rows, new float[0]);
    }

    private static PromptChunk chunk(int[] ids, int[] rows, float[] features, int from, int to) {
        return new PromptChunk(
                Arrays.copyOfRange(ids, from, to), Arrays.copyOfRange(rows, from, to), features);
    }

    private static int[] tokens(Random random, int count) {
        return random.ints(count, 0, NEVER_PRODUCED).toArray();
    }

    private static int[] ints(List<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((best, id) -> logits[id] > logits[best] ? id : best)
                .orElseThrow();
    }

    private static void assertClose(float[] found, float[] expected) {
        for (int i = 0; i < NEVER_PRODUCED; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(TOLERANCE));
        }
    }
}
