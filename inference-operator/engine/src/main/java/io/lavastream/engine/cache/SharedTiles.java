package io.lavastream.engine.cache;

import java.util.HashMap;
import java.util.Map;

/**
 * The tiles that sequences need at the moment, one for all that bring the same: it goes through the vision tower once, and
 * whose request ends early leaves to the others how far it has come. Not thread-safe: the engine thread owns it.
 */
public final class SharedTiles {
    private final int stages;
    private final Map<TileId, Tile> tiles = new HashMap<>();

    /** @param stages of the vision tower */
    public SharedTiles(int stages) {
        this.stages = stages;
    }

    /** The tile of that id, for one user more; with the pixels of {@code wanted} where it is new. */
    public Tile take(PromptTile wanted) {
        Tile tile = tiles.computeIfAbsent(wanted.id(), id -> new Tile(id, wanted.pixels(), stages));
        tile.addUsers(1);
        return tile;
    }

    /** One user less; without any it is forgotten. */
    public void release(Tile tile) {
        if (tile.addUsers(-1) == 0) {
            tiles.remove(tile.id());
        }
    }

    /** Tiles in use. */
    public int size() {
        return tiles.size();
    }
}
