package io.lavastream.engine.prompt;

/** A rendered and tokenized prompt: token ids, BOS first, in which {@link #IMAGE} stands for one whole image. */
public final class PromptTokens {
    /** Placeholder of one image; the value of the reference implementation ({@code llava/constants.py}). */
    public static final int IMAGE = -200;

    private final int[] ids;

    public PromptTokens(int[] ids) {
        this.ids = ids.clone();
    }

    public int[] ids() {
        return ids.clone();
    }

    public int images() {
        int images = 0;
        for (int id : ids) {
            images += id == IMAGE ? 1 : 0;
        }
        return images;
    }

    /** Tokens without the image placeholders. */
    public int textTokens() {
        return ids.length - images();
    }
}
