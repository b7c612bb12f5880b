package io.lavastream.engine.scheduler;

import io.lavastream.engine.cache.Tile;

/** The prompt's tile of that number, whose rows stand somewhere from position {@code begin} up to {@code end} of a sequence. */
record NeededTile(int number, Tile tile, int begin, int end) {}
