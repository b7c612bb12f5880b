package io.lavastream.kernels;

import java.nio.ByteBuffer;

/**
 * What rows bring to attention: their queries, which are already scaled, and their own keys and values, which are not in the cache yet.
 *
 * @param queries [rows, heads, group, size]
 * @param keys [rows, heads, size]
 * @param values likewise
 * @param group queries of each head
 */
public record FreshRows(ByteBuffer queries, ByteBuffer keys, ByteBuffer values, int group) {}
