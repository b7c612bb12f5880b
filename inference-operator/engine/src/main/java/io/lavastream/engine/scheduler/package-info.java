/**
 * Decides what the model does next: which sequence gets a slot, and which piece of work runs. Plain Java that knows counts and
 * order only: no tensors, no text, no clock, no threads.
 */
package io.lavastream.engine.scheduler;
