package io.lavastream.engine.model;

/**
 * What a decode step produced, in the batch's order.
 *
 * @param greedy the most probable token of each sequence, ids that are never produced excluded
 * @param logits [sequence][vocabulary] where the batch asked for them, raw: those of ids that are never
 *     produced included; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // Handed from model to loop, never compared or kept.
public record StepOutput(int[] greedy, float[][] logits) {}
