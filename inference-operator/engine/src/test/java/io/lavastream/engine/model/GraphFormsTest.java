package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.ModelSettings.LongSlots;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.DeviceStepStats;
import org.tensorflow.proto.NodeExecStats;
import org.tensorflow.proto.RunMetadata;

/**
 * What a GPU would run, run on the CPU: it computes the same as the CPU's own forms. Small random
 * weights; logits of about 1 to 10.
 */
class GraphFormsTest {
    private static final float TOLERANCE = 1e-4f;
    private static final ComputeDevice GPU_FORMS =
            new ComputeDevice(GraphForms.GPU, Optional.empty());
    private static final int SLOTS = 128;
    private static final LongSlots LONG = new LongSlots(4, 120);

    @TempDir static Path directory;
    private static LlavaModel cpu;
    private static LlavaModel gpu;

    @BeforeAll
    static void open() {
        new TinyCheckpoint(1).write(directory);
        cpu = open(new ModelSettings(1, LONG.length(), 40, 8, 2));
        gpu =
                open(
                        new ModelSettings(SLOTS - LONG.count(), 90, 40, 8, 2)
                                .withLongSlots(LONG)
                                .withDevice(GPU_FORMS));
        gpu.warmUp(Duration.ofSeconds(1), System::nanoTime);
    }

    private static LlavaModel open(ModelSettings settings) {
        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            return LlavaModel.open(checkpoint, settings, new BitSet(), LoadProgress.NONE);
        }
    }

    @AfterAll
    static void close() {
        cpu.close();
        gpu.close();
    }

    @Test
    void anImageHasTheSameFeatures() {
        int side = TinyCheckpoint.IMAGE_SIZE;
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        PixelValues image = new PixelValues(side, values);

        assertThat(gpu.encodeImage(image)).containsExactly(cpu.encodeImage(image), within(1e-5f));
    }

    @Test
    void sequencesOfAllLengthsDecodeTogetherAsEachAlone() {
        Random random = new Random(2);
        for (int size : new int[] {1, 2, 3, 17, 100, SLOTS}) {
            int[] slots = shuffledSlots(random, size);
            int[][] prompts = new int[size][];
            int[] tokens = new int[size];
            int[] positions = new int[size];
            for (int i = 0; i < size; i++) {
                int room = gpu.slotLengths().get(slots[i]) - 1;
                prompts[i] = tokens(random, 1 + random.nextInt(room));
                tokens[i] = random.nextInt(TinyCheckpoint.VOCABULARY);
                positions[i] = prompts[i].length;
                assertThat(prefill(gpu, slots[i], prompts[i]))
                        .containsExactly(prefill(cpu, 0, prompts[i]), within(TOLERANCE));
            }

            StepOutput step = gpu.decode(new DecodeBatch(slots, tokens, positions, true));

            int[] greedy = gpu.decode(new DecodeBatch(slots, tokens, positions, false)).greedy();
            assertThat(greedy).containsExactly(step.greedy());
            for (int i = 0; i < size; i++) {
                assertThat(step.logits()[i])
                        .as("sequence %d of %d", i, size)
                        .containsExactly(decodeAlone(prompts[i], tokens[i]), within(TOLERANCE));
            }
        }
    }

    @Test
    void aPromptContinuesOverTheCopyOfAnotherSlotsPrefix() {
        int[] prompt = tokens(new Random(3), 40);
        float[] whole = prefill(gpu, 5, prompt);

        gpu.copyPrefix(5, 9, 0, 29);
        float[] continued = gpu.prefill(9, 29, text(Arrays.copyOfRange(prompt, 29, 40)));

        assertThat(continued).containsExactly(whole, within(TOLERANCE));
    }

    /** Each operation is a launch, and launches are what a GPU's step waits for. */
    @Test
    void aStepOfManySequencesHasAsManyOperationsAsAStepOfOne() {
        assertThat(operations(SLOTS)).isEqualTo(operations(1)).isPositive();
    }

    /** Integers are compared and divided on a GPU's host: a prefill chooses between text and image once, no layer does it. */
    @Test
    void noLayerComparesOrDividesIntegers() {
        Set<String> onHost = Set.of("GreaterEqual", "Less", "Equal", "FloorDiv", "FloorMod", "Div");

        assertThat(gpu.graphDef().getNodeList())
                .filteredOn(node -> onHost.contains(node.getOp()))
                .filteredOn(node -> node.getAttrOrThrow("T").getType() == DataType.DT_INT32)
                .hasSize(1);
    }

    @Test
    void sixteenBitWeightsAreMultipliedAndCachedInTheirOwnType() {
        for (WeightType type : List.of(WeightType.FP16, WeightType.BF16)) {
            ModelSettings settings = new ModelSettings(2, 90, 40, 8, 2).withWeights(type);
            float[] exact;
            try (LlavaModel model = open(settings)) {
                exact = prefill(model, 1, tokens(new Random(4), 30));
            }
            try (LlavaModel model = open(settings.withDevice(GPU_FORMS))) {
                float[] rounded = prefill(model, 1, tokens(new Random(4), 30));

                float worst = 0;
                for (int i = 0; i < exact.length; i++) {
                    worst = Math.max(worst, Math.abs(rounded[i] - exact[i]));
                }
                assertThat(worst).isBetween(1e-5f, type == WeightType.FP16 ? 0.02f : 0.16f);
                DataType kept = type == WeightType.FP16 ? DataType.DT_HALF : DataType.DT_BFLOAT16;
                assertThat(model.graphDef().getNodeList())
                        .filteredOn(node -> node.getName().startsWith("kv_cache."))
                        .hasSize(4)
                        .allMatch(node -> node.getAttrOrThrow("dtype").getType() == kept);
            }
        }
    }

    /** Nodes that TensorFlow runs in one step. */
    private static long operations(int sequences) {
        int[] slots = new int[sequences];
        Arrays.setAll(slots, i -> i);
        DecodeBatch batch = new DecodeBatch(slots, new int[sequences], new int[sequences], false);
        long count = 0;
        for (RunMetadata run : RunTrace.of(() -> gpu.decode(batch))) {
            for (DeviceStepStats device : run.getStepStats().getDevStatsList()) {
                for (NodeExecStats node : device.getNodeStatsList()) {
                    count += node.getNodeName().isEmpty() ? 0 : 1;
                }
            }
        }
        return count;
    }

    private static float[] decodeAlone(int[] prompt, int token) {
        prefill(cpu, 0, prompt);
        int[] zero = {0};
        int[] tokens = {token};
        int[] positions = {prompt.length};
        return cpu.decode(new DecodeBatch(zero, tokens, positions, true)).logits()[0];
    }

    private static float[] prefill(LlavaModel model, int slot, int[] prompt) {
        float[] logits = {};
        for (int start = 0; start < prompt.length; start += model.maxChunk()) {
            int end = Math.min(prompt.length, start + model.maxChunk());
            logits = model.prefill(slot, start, text(Arrays.copyOfRange(prompt, start, end)));
        }
        return logits;
    }

    private static PromptChunk text(int[] ids) {
        int[] rows = new int[ids.length];
        Arrays.fill(rows, -1);
        return new PromptChunk(ids, rows, new float[0]);
    }

    private static int[] tokens(Random random, int count) {
        return random.ints(count, 0, TinyCheckpoint.VOCABULARY).toArray();
    }

    private static int[] shuffledSlots(Random random, int count) {
        return random.ints(0, SLOTS).distinct().limit(count).toArray();
    }
}
