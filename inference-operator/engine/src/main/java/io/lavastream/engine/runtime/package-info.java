/**
 * Runs the engine: {@link io.lavastream.engine.runtime.LlavaEngine} takes requests, prepares them beside the engine thread, and
 * {@code EngineLoop} answers them on it, with others' help where tokens are sampled.
 */
package io.lavastream.engine.runtime;
