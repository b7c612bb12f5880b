package io.lavastream.engine.runtime;

import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.ModelRunner;
import io.lavastream.engine.model.PromptChunk;
import io.lavastream.engine.model.StepOutput;
import io.lavastream.engine.scheduler.PieceTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A model that answers a prompt with the prompt: after the last position follow the prompt's own tokens from its first letter,
 * then the end of the sequence. It keeps a cache a slot, so that a sequence that is given another's slot or position answers wrongly.
 */
final class ScriptedModel implements ModelRunner {
    static final int IMAGE_TOKENS = 3;

    /** What an image row reads as. */
    static final int IMAGE_LETTER = '#';

    /** A copy takes whole chunks of so many positions: whatever else is in them comes along. */
    private static final int COPIED_TOGETHER = 4;

    private final List<Integer> slotLengths;
    private final int maxChunk;
    private final int visionStages;
    private final int[][] cache;
    private final int[] promptLengths;

    /** What was asked, in order; read by the test between steps, or after the engine has ended. */
    final List<String> calls = new ArrayList<>();

    /** Called before each piece of work with its name; may throw. */
    Consumer<String> before = call -> {};

    /** Where it is set, the logits that follow an answer's tokens so far, in place of the prompt's own tokens. */
    Optional<Function<List<Integer>, float[]>> script = Optional.empty();

    boolean closed;

    ScriptedModel(int slots, int slotLength, int maxChunk) {
        this(slots, slotLength, maxChunk, 1);
    }

    ScriptedModel(int slots, int slotLength, int maxChunk, int visionStages) {
        this(Collections.nCopies(slots, slotLength), maxChunk, visionStages);
    }

    ScriptedModel(List<Integer> slotLengths, int maxChunk, int visionStages) {
        this.slotLengths = List.copyOf(slotLengths);
        this.maxChunk = maxChunk;
        this.visionStages = visionStages;
        this.cache = new int[slotLengths.size()][];
        Arrays.setAll(cache, slot -> new int[slotLengths.get(slot)]);
        this.promptLengths = new int[slotLengths.size()];
    }

    @Override
    public int slots() {
        return slotLengths.size();
    }

    @Override
    public int slotLength() {
        return Collections.max(slotLengths);
    }

    @Override
    public List<Integer> slotLengths() {
        return slotLengths;
    }

    @Override
    public int vocabularySize() {
        return LetterTokenizer.SIZE;
    }

    @Override
    public int imageTokens() {
        return IMAGE_TOKENS;
    }

    @Override
    public int maxChunk() {
        return maxChunk;
    }

    @Override
    public float[] rowEnd() {
        return new float[0];
    }

    @Override
    public int visionStages() {
        return visionStages;
    }

    /** Every stage but the last hands on what it gets. */
    @Override
    public float[] encode(int stage, float[] input) {
        called(visionStages == 1 ? "encode" : "encode " + stage);
        if (stage < visionStages - 1) {
            return input;
        }
        float[] features = new float[IMAGE_TOKENS * 2];
        Arrays.fill(features, input[0]);
        return features;
    }

    @Override
    public void copyPrefix(int fromSlot, int toSlot, int start, int end) {
        called("copy %d-%d".formatted(start, end));
        int from = start / COPIED_TOGETHER * COPIED_TOGETHER;
        int shorter = Math.min(cache[fromSlot].length, cache[toSlot].length);
        int until = Math.min(shorter, end + COPIED_TOGETHER - 1);
        until -= until % COPIED_TOGETHER;
        until = Math.max(until, end);
        System.arraycopy(cache[fromSlot], from, cache[toSlot], from, until - from);
    }

    /** What the pieces of this model are taken to take: 10 ms each. */
    PieceTimes times() {
        Duration piece = Duration.ofMillis(10);
        return new PieceTimes(
                Collections.nCopies(visionStages, piece),
                List.of(new PieceTimes.Chunk(maxChunk, piece, 0)),
                0);
    }

    @Override
    public float[] prefill(int slot, int start, PromptChunk chunk) {
        called("prefill %d+%d".formatted(start, chunk.length()));
        for (int i = 0; i < chunk.length(); i++) {
            int row = chunk.featureRows()[i];
            cache[slot][start + i] =
                    row < 0 ? chunk.tokenIds()[i] : (int) chunk.features()[2 * row];
        }
        promptLengths[slot] = start + chunk.length();
        return script.map(logits -> logits.apply(List.of()))
                .orElseGet(() -> logits(next(slot, start + chunk.length())));
    }

    @Override
    public StepOutput decode(DecodeBatch batch) {
        called("decode " + batch.size());
        if (script.isPresent()) {
            return scripted(batch, script.get());
        }
        int[] greedy = new int[batch.size()];
        for (int i = 0; i < batch.size(); i++) {
            int slot = batch.slots()[i];
            int position = batch.positions()[i];
            if (batch.tokens()[i] != next(slot, position)) {
                throw new AssertionError(
                        "slot %d, position %d: token %d (expected: %d)"
                                .formatted(
                                        slot, position, batch.tokens()[i], next(slot, position)));
            }
            cache[slot][position] = batch.tokens()[i];
            greedy[i] = next(slot, position + 1);
        }
        float[][] logits = new float[batch.logits() ? batch.size() : 0][];
        Arrays.setAll(logits, i -> logits(greedy[i]));
        return new StepOutput(greedy, logits);
    }

    private StepOutput scripted(DecodeBatch batch, Function<List<Integer>, float[]> logits) {
        float[][] next = new float[batch.size()][];
        for (int i = 0; i < next.length; i++) {
            int[] row = cache[batch.slots()[i]];
            row[batch.positions()[i]] = batch.tokens()[i];
            int first = promptLengths[batch.slots()[i]];
            next[i] =
                    logits.apply(
                            Arrays.stream(row, first, batch.positions()[i] + 1).boxed().toList());
        }
        return new StepOutput(new int[0], next);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** The token at {@code position}: the prompt again, from behind its first token. */
    private int next(int slot, int position) {
        int source = position - promptLengths[slot] + 1;
        return source < promptLengths[slot] ? cache[slot][source] : LetterTokenizer.END;
    }

    private void called(String call) {
        before.accept(call);
        calls.add(call);
    }

    private static float[] logits(int token) {
        float[] logits = new float[LetterTokenizer.SIZE];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[token] = 1;
        return logits;
    }
}
