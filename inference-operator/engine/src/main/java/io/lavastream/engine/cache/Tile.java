package io.lavastream.engine.cache;

/**
 * A tile on its way through the vision tower, once for all sequences that need it. Not thread-safe: the engine thread owns
 * it.
 */
public final class Tile {
    private final TileId id;
    private final int stages;
    private float[] values;
    private int stagesDone;
    private int users;

    Tile(TileId id, float[] pixels, int stages) {
        this.id = id;
        this.stages = stages;
        this.values = pixels;
    }

    /** Whether it has passed all stages of the vision tower. */
    public boolean isEncoded() {
        return stagesDone == stages;
    }

    /** Stages that it has passed; the next one has that number. */
    public int stagesDone() {
        return stagesDone;
    }

    /** What the next stage takes; after the last, the tile's features. Not to be changed. */
    public float[] values() {
        return values;
    }

    /** It passed the next stage, which made {@code output} of it. */
    public void passed(float[] output) {
        values = output;
        stagesDone++;
    }

    TileId id() {
        return id;
    }

    /** Changes the number of sequences that need it, and returns that number. */
    int addUsers(int change) {
        users += change;
        return users;
    }
}
