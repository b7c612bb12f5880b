package io.lavastream.engine.prompt;

import io.lavastream.engine.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;

/**
 * The tokens around an image, for models trained with them ({@code mm_use_im_start_end}).
 *
 * @param start id of {@value #START}
 * @param end id of {@value #END}
 */
public record ImageMarkers(int start, int end) {
    private static final String PATCH = "<im_patch>";
    private static final String START = "<im_start>";
    private static final String END = "<im_end>";

    /**
     * The tokens that the reference adds to the tokenizer of a model when it loads it, in order
     * ({@code haotian-liu/LLaVA: llava/model/builder.py}).
     *
     * @param patch {@code mm_use_im_patch_token}
     * @param startEnd {@code mm_use_im_start_end}
     */
    public static List<String> addedTokens(boolean patch, boolean startEnd) {
        List<String> tokens = new ArrayList<>();
        if (patch) {
            tokens.add(PATCH);
        }
        if (startEnd) {
            tokens.add(START);
            tokens.add(END);
        }
        return tokens;
    }

    /**
     * Those of {@code tokenizer}.
     *
     * @throws IllegalArgumentException if it has none
     */
    public static ImageMarkers of(Tokenizer tokenizer) {
        return new ImageMarkers(id(tokenizer, START), id(tokenizer, END));
    }

    private static int id(Tokenizer tokenizer, String token) {
        return tokenizer
                .control(token)
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "tokenizer: no %s (expected: as a control token)"
                                                .formatted(token)));
    }
}
