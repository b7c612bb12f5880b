package io.lavastream.engine.fidelity;

/** What the cases of a reference directory are about. */
public enum CaseKind {
    /** Pixels of an image file. */
    DECODE,
    /** Pixels after padding, cropping and resizing. */
    PREPROCESS,
    /** Pixels of the tiles that an image is cut into. */
    TILES,
    /** Place and token count of an image of some size on each list of canvases. */
    GEOMETRY,
    /** Token ids of texts and prompts, and texts of token ids. */
    TOKENIZER,
    /** A model's numbers and tokens, from image files and prompt to answer. */
    GOLDEN,
    /** The same answers whatever runs beside them. */
    BATCH,
    /** The same answers to random prompts, whatever runs beside them. */
    RANDOM
}
