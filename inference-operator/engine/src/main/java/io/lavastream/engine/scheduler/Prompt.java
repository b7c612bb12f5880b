package io.lavastream.engine.scheduler;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.cache.PromptKey;
import io.lavastream.engine.cache.PromptTile;
import java.util.List;

/**
 * A prompt as the scheduler sees it. Immutable.
 *
 * @param key what it is, position by position
 * @param tiles that it has rows of, in the order of their first rows
 */
public record Prompt(PromptKey key, List<PromptTile> tiles) {
    public Prompt {
        requireNonNull(key, "key");
        tiles = List.copyOf(tiles);
        if (key.length() < 1) {
            throw new IllegalArgumentException(
                    "prompt-length: %d (expected: >= 1)".formatted(key.length()));
        }
    }

    /** Positions. */
    public int length() {
        return key.length();
    }
}
