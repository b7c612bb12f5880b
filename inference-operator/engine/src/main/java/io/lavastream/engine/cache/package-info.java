/**
 * Knows what the KV cache holds and who uses it, so that what was computed once is found again. Bookkeeping only: no
 * tensors, no clock, no threads.
 */
package io.lavastream.engine.cache;
