package io.lavastream.engine.scheduler;

import io.lavastream.engine.cache.PromptKey;
import io.lavastream.engine.cache.PromptTile;
import io.lavastream.engine.cache.TileId;
import io.lavastream.engine.image.ImageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Prompts as the tests write them. */
public final class Prompts {
    private static final AtomicInteger UNLIKE = new AtomicInteger(1_000);

    private Prompts() {}

    /** A prompt that begins like no other: its tiles, if any, a row each at its first positions. */
    public static Prompt unlike(int tiles, int length) {
        int[] symbols = new int[length];
        symbols[0] = UNLIKE.getAndIncrement();
        List<PromptTile> own = new ArrayList<>();
        for (int i = 0; i < tiles; i++) {
            int begin = Math.min(i, length - 1);
            ImageDigest digest = new ImageDigest(symbols[0], i, 0, 0);
            own.add(new PromptTile(i, new TileId(digest, 0), new float[0], begin, begin + 1));
        }
        return new Prompt(new PromptKey(symbols, List.of()), own);
    }

    /** Lower-case letters are tokens; a run of an upper-case letter is an image of one tile, the same letter the same image. */
    public static Prompt of(String text) {
        int[] symbols = new int[text.length()];
        List<ImageDigest> images = new ArrayList<>();
        List<PromptTile> tiles = new ArrayList<>();
        for (int begin = 0; begin < text.length(); ) {
            char letter = text.charAt(begin);
            int end = begin + 1;
            if (Character.isUpperCase(letter)) {
                while (end < text.length() && text.charAt(end) == letter) {
                    end++;
                }
                ImageDigest digest = new ImageDigest(letter, 0, 0, 0);
                int image = images.size();
                images.add(digest);
                tiles.add(new PromptTile(image, new TileId(digest, 0), new float[0], begin, end));
                for (int i = begin; i < end; i++) {
                    symbols[i] = -1 - image;
                }
            } else {
                symbols[begin] = letter;
            }
            begin = end;
        }
        return new Prompt(new PromptKey(symbols, images), tiles);
    }
}
