package io.lavastream.engine.model;

/**
 * The running sequences of one decode step, one an index.
 *
 * @param slots the sequence's slot
 * @param tokens the token it produced last
 * @param positions where that token stands
 * @param logits whether any sequence needs its logits; without, the greedy tokens suffice
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from loop to model, never compared or kept.
public record DecodeBatch(int[] slots, int[] tokens, int[] positions, boolean logits) {
    public int size() {
        return slots.length;
    }
}
