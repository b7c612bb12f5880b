package io.lavastream.engine.fidelity;

import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.StepOutput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.Deque;
import java.util.List;

/** Many prompts through one model together: they join where a slot is free, and leave where they end. */
final class BatchRun {
    /** A prompt and its answer so far, in a slot. */
    private record Running(int slot, BatchPrompt input, Answered answer) {}

    private final LlavaModel model;
    private final int pause;
    private final int piece;

    /**
     * For prompts of one model.
     *
     * @param pause steps between two that join; 0 to fill every free slot at once
     * @param piece positions of a prefill at most
     */
    BatchRun(LlavaModel model, int pause, int piece) {
        this.model = model;
        this.pause = pause;
        this.piece = piece;
    }

    /**
     * The answer to each of {@code inputs}.
     *
     * @param limits tokens at most, one an input
     */
    List<Answered> run(List<? extends BatchPrompt> inputs, List<Integer> limits) {
        Answered[] answers = new Answered[inputs.size()];
        Deque<Integer> waiting = new ArrayDeque<>();
        for (int i = 0; i < inputs.size(); i++) {
            waiting.add(i);
        }
        List<Running> running = new ArrayList<>();
        for (int step = 0; !waiting.isEmpty() || !running.isEmpty(); step++) {
            while (mayJoin(waiting, running, step)) {
                int next = waiting.remove();
                running.add(join(inputs.get(next), limits.get(next), running));
                answers[next] = running.get(running.size() - 1).answer();
                if (pause > 0) {
                    break;
                }
            }
            running.removeIf(sequence -> sequence.answer().ended());
            if (!running.isEmpty()) {
                step(running);
            }
            running.removeIf(sequence -> sequence.answer().ended());
        }
        return List.of(answers);
    }

    private boolean mayJoin(Collection<Integer> waiting, List<Running> running, int step) {
        return !waiting.isEmpty()
                && running.size() < model.slots()
                && (pause == 0 || step % pause == 0);
    }

    private Running join(BatchPrompt input, int limit, List<Running> running) {
        BitSet taken = new BitSet();
        running.forEach(sequence -> taken.set(sequence.slot()));
        int slot = taken.nextClearBit(0);
        float[] first = input.prefill(slot, Math.min(piece, model.maxChunk()));
        return new Running(slot, input, new Answered(first, limit, input.ends()));
    }

    private void step(List<Running> running) {
        int[] slots = running.stream().mapToInt(Running::slot).toArray();
        int[] last = running.stream().mapToInt(sequence -> sequence.answer().last()).toArray();
        int[] positions =
                running.stream()
                        .mapToInt(sequence -> sequence.answer().position(sequence.input().length()))
                        .toArray();
        StepOutput output = model.decode(new DecodeBatch(slots, last, positions, true));
        for (int i = 0; i < running.size(); i++) {
            running.get(i).answer().add(output.greedy()[i], output.logits()[i]);
        }
    }
}
