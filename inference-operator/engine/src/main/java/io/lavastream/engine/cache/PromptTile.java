package io.lavastream.engine.cache;

/**
 * A tile that a prompt has rows of.
 *
 * @param number of the tile, those of all images of the prompt counted from 0
 * @param pixels what the vision tower's first stage takes
 * @param begin the first position that has a row of it
 * @param end behind the last such position
 */
@SuppressWarnings("ArrayRecordComponent") // Megabytes, and only ever handed on.
public record PromptTile(int number, TileId id, float[] pixels, int begin, int end) {}
