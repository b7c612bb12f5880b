package io.lavastream.engine.model;

import io.lavastream.engine.NativeMemory;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LlavaConfig;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.custom.VectorOps;
import io.lavastream.engine.scheduler.PieceTimes;
import io.lavastream.kernels.PanelFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TFResourceExhaustedException;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.types.TFloat32;

/**
 * LLaVA-1.5 (arXiv 2310.03744) in TensorFlow: one graph with a signature each for vision, prefill
 * and widths of decode, one session, and the weights and the KV cache as resource variables
 * that all signatures share.
 *
 * <p>Not thread-safe: one thread makes every call. Owns graph, session, weights and cache; {@link
 * #close} frees them.
 */
public final class LlavaModel implements ModelRunner {
    static {
        NativeMemory.liftLimits();
    }

    /**
     * What of the weights is on its way into variables at once. Before a run TensorFlow's optimiser allocates stand-ins as large as
     * all that is fed: those of 13 GiB in one run found no room in the allocator, which then waits for ever. On the way to a GPU
     * it lies in the host's memory, too.
     */
    private static final long FED_BYTES = 1L << 30;

    private final LlavaConfig config;
    private final ModelSettings settings;
    private final List<Integer> slotLengths;
    private final Graph graph;
    private final Session session;
    private final KvCache cache;
    private final VisionSignature vision;
    private final PrefillSignature prefill;
    private final CopySignature copy;
    private final List<DecodeSignature> decodes;
    private final float[] rowEnd;
    private VisionStages stages;

    /**
     * Builds the graph of {@code checkpoint} and loads its weights. The checkpoint is not needed
     * afterwards.
     *
     * @param neverProduced token ids that the greedy choice passes over: padding rows of the
     *     vocabulary and placeholders
     * @throws io.lavastream.engine.CheckpointException if a tensor is missing or does not fit the
     *     configuration
     * @throws IllegalArgumentException if the settings do not fit the model
     * @throws DeviceMemoryException if the device's memory does not hold it
     */
    public static LlavaModel open(
            Checkpoint checkpoint,
            ModelSettings settings,
            BitSet neverProduced,
            LoadProgress progress) {
        Graph graph = new Graph();
        try {
            return new LlavaModel(graph, checkpoint, settings, neverProduced, progress);
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    private LlavaModel(
            Graph graph,
            Checkpoint checkpoint,
            ModelSettings settings,
            BitSet neverProduced,
            LoadProgress progress) {
        this.config = checkpoint.config();
        this.settings = settings;
        this.slotLengths = settings.slotLengths();
        this.graph = graph;
        requirePositions(settings, config);
        rowEnd = checkpoint.imageNewline().orElse(new float[0]);
        Ops tf = Ops.create(graph);
        Variables variables = new Variables(tf);
        Weights weights = new Weights(tf, checkpoint, variables, settings, progress);
        cache = new KvCache(variables, config.text(), settings);
        LlamaDecoder decoder =
                new LlamaDecoder(tf, weights, variables, config, settings.longestSlot());
        Operand<TFloat32> bias = neverProducedBias(tf, variables, neverProduced);

        vision = new VisionSignature(tf, weights, config, settings);
        stages = VisionStages.whole(vision.units());
        prefill = new PrefillSignature(tf, decoder, cache, config.text(), settings.threads());
        copy = new CopySignature(tf, cache);
        decodes = new ArrayList<>();
        for (int width : decodeWidths()) {
            decodes.add(
                    new DecodeSignature(
                            tf, decoder, cache, settings, width, vocabularySize(), bias));
        }
        session =
                NativeThreads.named(
                        () ->
                                new Session(
                                        graph,
                                        settings.device().sessionConfig(settings.threads())));
        try {
            variables.initialize(session, FED_BYTES);
        } catch (TFResourceExhaustedException e) {
            session.close();
            throw outOfMemory(e);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * Runs every signature once: TensorFlow prepares a signature when it first runs, for seconds
     * with a large model. On a GPU at full length, so that it shows now whether the memory is there.
     * Then measures how long pieces of prompt work take, and cuts vision into
     * stages of at most {@code stage}, or of one layer. Overwrites positions of every slot, so call
     * it before the first prefill.
     *
     * @param nanoTime monotonic nanoseconds
     * @throws DeviceMemoryException if the device's memory does not hold what is computed on the way
     */
    public PieceTimes warmUp(Duration stage, LongSupplier nanoTime) {
        try {
            FreedMemory.returnToSystem(); // what loading has freed
            PieceTimes times = warmedUp(stage, nanoTime);
            FreedMemory.returnToSystem(); // what these runs and the JIT compiler have
            return times;
        } catch (TFResourceExhaustedException e) {
            throw outOfMemory(e);
        }
    }

    private PieceTimes warmedUp(Duration stage, LongSupplier nanoTime) {
        if (settings.computesByVectors()) {
            VectorOps.warmUp(formats(), settings.threads(), nanoTime);
        }
        WarmUp warmUp = new WarmUp(this, nanoTime);
        List<Duration> visionTimes = cutVision(warmUp, stage);
        int side = config.vision().imageSize();
        encodeImage(new PixelValues(side, new float[3 * side * side]));
        PieceTimes times =
                warmUp.measure(visionTimes, settings.chunkLengths(), stage.multipliedBy(2));
        for (int width : widths(slots())) {
            int first = slots() - width; // the longest slots are the last
            int[] slots = new int[width];
            Arrays.setAll(slots, i -> first + i);
            int[] tokens = new int[slots.length];
            int[] positions = new int[slots.length];
            if (settings.forms() == GraphForms.GPU) {
                Arrays.setAll(positions, i -> slotLength(slots[i]) - 1);
            }
            decode(new DecodeBatch(slots, tokens, positions, false));
            decode(new DecodeBatch(slots, tokens, positions, true));
        }
        return times;
    }

    /** Those of the language model's layers, floats, as a vision tower may be kept, and, where layers are bytes, those of the other matrices. */
    private Set<PanelFormat> formats() {
        PanelFormat format = MatrixLayout.panelFormat(settings.weights());
        return format == PanelFormat.INT8
                ? EnumSet.allOf(PanelFormat.class)
                : EnumSet.of(PanelFormat.FLOAT32, format);
    }

    /** By the times of layers in the middle, and that of the projector. */
    private List<Duration> cutVision(WarmUp warmUp, Duration stage) {
        VisionStages.UnitTimes times =
                warmUp.unitTimes(
                        vision.units(),
                        (begin, end) -> vision.run(session, begin, end, vision.zeros(begin)));
        stages = VisionStages.within(stage.toNanos(), vision.units(), times);
        return stages.times(times);
    }

    @Override
    public int slots() {
        return slotLengths.size();
    }

    @Override
    public int slotLength() {
        return settings.longestSlot();
    }

    @Override
    public List<Integer> slotLengths() {
        return slotLengths;
    }

    @Override
    public int vocabularySize() {
        return config.text().vocabularySize();
    }

    @Override
    public int imageTokens() {
        return config.imageTokens();
    }

    @Override
    public int maxChunk() {
        return settings.maxChunk();
    }

    @Override
    public float[] rowEnd() {
        return rowEnd;
    }

    @Override
    public int visionStages() {
        return stages.count();
    }

    @Override
    public float[] encode(int stage, float[] input) {
        requireIn("stage", stage, 0, visionStages());
        return vision.run(session, stages.begin(stage), stages.end(stage), input);
    }

    /** The vision tower's features before the projector, [image tokens, vision width] flattened. */
    public float[] visionFeatures(PixelValues image) {
        requireSize(image);
        return vision.runTower(session, image);
    }

    @Override
    public float[] prefill(int slot, int start, PromptChunk chunk) {
        requireIn("slot", slot, 0, slots());
        requireIn("chunk length", chunk.length(), 1, maxChunk() + 1);
        requireIn("start", start, 0, slotLength(slot) - chunk.length() + 1);
        int featureRows = chunk.features().length / config.text().hiddenSize();
        for (int i = 0; i < chunk.length(); i++) {
            if (chunk.featureRows()[i] >= 0) {
                requireIn("feature row", chunk.featureRows()[i], 0, featureRows);
            } else {
                requireIn("token", chunk.tokenIds()[i], 0, vocabularySize());
            }
        }
        return prefill.run(session, slot, start, chunk, settings.paddedChunk(chunk.length()));
    }

    @Override
    public void copyPrefix(int fromSlot, int toSlot, int start, int end) {
        requireIn("from slot", fromSlot, 0, slots());
        requireIn("to slot", toSlot, 0, slots());
        int shorter = Math.min(slotLength(fromSlot), slotLength(toSlot));
        requireIn("start", start, 0, shorter);
        requireIn("end", end, start + 1, shorter + 1);
        if (fromSlot == toSlot) {
            throw new IllegalArgumentException(
                    "to slot: %d (expected: another than from slot)".formatted(toSlot));
        }
        copy.prefix(session, fromSlot, toSlot, start, end);
    }

    @Override
    public StepOutput decode(DecodeBatch batch) {
        requireIn("batch size", batch.size(), 1, slots() + 1);
        BitSet taken = new BitSet();
        for (int i = 0; i < batch.size(); i++) {
            requireIn("slot", batch.slots()[i], 0, slots());
            requireIn("token", batch.tokens()[i], 0, vocabularySize());
            requireIn("position", batch.positions()[i], 0, slotLength(batch.slots()[i]));
            if (taken.get(batch.slots()[i])) {
                throw new IllegalArgumentException(
                        "slot: %d twice (expected: once a batch)".formatted(batch.slots()[i]));
            }
            taken.set(batch.slots()[i]);
        }
        DecodeSignature signature = signatureFor(batch.size());
        if (signature.readsSlice()) {
            bringTogether(batch);
        }
        return signature.run(session, batch);
    }

    /** What the step will read. */
    private void bringTogether(DecodeBatch batch) {
        List<ChunkMap.Exchange> exchanges = cache.toFront(batch.slots(), batch.positions());
        if (!exchanges.isEmpty()) {
            copy.exchange(session, exchanges);
        }
    }

    @Override
    public void close() {
        decodes.forEach(DecodeSignature::close);
        session.close();
        graph.close();
    }

    /** For a look at the operations. */
    GraphDef graphDef() {
        return graph.toGraphDef();
    }

    private DecodeSignature signatureFor(int size) {
        return decodes.stream().filter(decode -> decode.takes(size)).findFirst().orElseThrow();
    }

    private List<Integer> decodeWidths() {
        return settings.forms() == GraphForms.GPU || slots() == 1
                ? widths(slots())
                : List.of(1, DecodeSignature.ANY);
    }

    /**
     * Powers of two up to the number of slots, and that number: a batch that is padded to one of them is padded to less than twice
     * its size.
     */
    static List<Integer> widths(int slots) {
        List<Integer> widths = new ArrayList<>();
        for (int width = 1; width < slots; width *= 2) {
            widths.add(width);
        }
        widths.add(slots);
        return widths;
    }

    /** [vocabulary]: zero, or minus infinity for ids that are never produced. */
    private Operand<TFloat32> neverProducedBias(Ops tf, Variables variables, BitSet neverProduced) {
        float[] bias = new float[vocabularySize()];
        for (int id = 0; id < bias.length; id++) {
            bias[id] = neverProduced.get(id) ? Float.NEGATIVE_INFINITY : 0;
        }
        if (neverProduced.get(0, bias.length).cardinality() == bias.length) {
            throw new IllegalArgumentException(
                    "never produced: all %d ids (expected: some left)".formatted(bias.length));
        }
        return variables
                .declare("never_produced", Shape.of(bias.length), values -> values.write(bias))
                .read(tf);
    }

    private static DeviceMemoryException outOfMemory(TFResourceExhaustedException cause) {
        return new DeviceMemoryException(
                String.valueOf(cause.getMessage()).lines().findFirst().orElse(""), cause);
    }

    private static void requirePositions(ModelSettings settings, LlavaConfig config) {
        int positions = config.text().maxPositions();
        if (settings.longestSlot() > positions) {
            throw new IllegalArgumentException(
                    "slot-length: %d (expected: at most max_position_embeddings %d of the model)"
                            .formatted(settings.longestSlot(), positions));
        }
    }

    private void requireSize(PixelValues image) {
        int side = config.vision().imageSize();
        if (image.size() != side) {
            throw new IllegalArgumentException(
                    "image: %d pixels (expected: %d a side)".formatted(image.size(), side));
        }
    }

    private int slotLength(int slot) {
        return slotLengths.get(slot);
    }

    private static void requireIn(String what, int found, int from, int end) {
        if (found < from || found >= end) {
            throw new IllegalArgumentException(
                    "%s: %d (expected: %d to %d)".formatted(what, found, from, end - 1));
        }
    }
}
