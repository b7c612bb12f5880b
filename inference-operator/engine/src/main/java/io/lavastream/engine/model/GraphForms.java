package io.lavastream.engine.model;

import io.lavastream.engine.WeightType;

/**
 * In which forms a graph computes what is the same in either: those that are fast on a CPU or those that are fast on a GPU. Both run
 * on both, so that what a GPU will compute can be tested without one.
 */
public enum GraphForms {
    /**
     * Everything in float32, narrower weights widened as they are read or piece by piece. Without the JVM's vectors a decode step attends
     * to a slice of the cache, which is not copied: before it, chunks change places until those of its sequences lie together.
     */
    CPU,

    /**
     * As few operations as possible, since each is launched by the host, and as many in a step of many sequences as in a step of one:
     * their keys and values are gathered and attended to together. 16-bit weights are multiplied in their own type, and keys and
     * values are kept in it; norms, softmax, sums of layers, the vocabulary's matrices and logits are float32.
     */
    GPU;

    private static final String EMBEDDING = "embed_tokens.weight";
    private static final String HEAD = "lm_head.weight";

    /**
     * In which type a tensor is kept: logits of 8 significant bits would have ties, so on a GPU the matrix that makes them is float32,
     * and the embedding, which may be the same one.
     *
     * @param usual on a CPU
     */
    public WeightType kept(String name, WeightType usual) {
        boolean ofVocabulary = name.endsWith(EMBEDDING) || name.endsWith(HEAD);
        return this == GPU && ofVocabulary ? WeightType.F32 : usual;
    }

    /** In which type keys and values are kept, where weights are kept in {@code weights}. */
    public WeightType cache(WeightType weights) {
        boolean half = weights == WeightType.FP16 || weights == WeightType.BF16;
        return this == GPU && half ? weights : WeightType.F32;
    }
}
