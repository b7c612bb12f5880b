package io.lavastream.engine;

/** Why an answer ended. */
public enum FinishReason {
    /** The model produced its end-of-sequence token. */
    END_OF_SEQUENCE,
    /** One of the request's stop texts, or the template's, appeared. */
    STOP_TEXT,
    /** The permitted number of tokens, or the slot, was used up. */
    LENGTH
}
