package io.lavastream.ingest;

import static io.lavastream.ingest.Require.require;

import io.lavastream.topics.Topics;

/**
 * How large a question may be. The upper bounds of these settings make every record that ingest writes about a question
 * fit {@link Topics#SMALL_RECORD_BYTES}: a character is at most three bytes of UTF-8, and a failure holds the attributes
 * twice.
 *
 * @param maxCharacters UTF-16 units of text, system, turns, options, stops and attributes together, each element counting one more
 * @param maxImages images of a question
 * @param maxImageBytes size of an image file inside a record
 */
public record QuestionLimits(int maxCharacters, int maxImages, int maxImageBytes) {
    public static final QuestionLimits DEFAULT =
            new QuestionLimits(32_768, 16, Topics.LARGE_RECORD_BYTES);

    /** Bounds of names and addresses, in UTF-16 units. Not settings: they keep keys and references small. */
    static final int MAX_ID_LENGTH = 256;

    static final int MAX_URI_LENGTH = 2_048;
    static final int MAX_CONTENT_TYPE_LENGTH = 128;
    static final int MAX_MODEL_LENGTH = 256;

    private static final int MOST_CHARACTERS = 100_000;
    private static final int MOST_IMAGES = 32;

    public QuestionLimits {
        require(
                maxCharacters >= 1 && maxCharacters <= MOST_CHARACTERS,
                "max-question-characters",
                maxCharacters,
                "1 to " + MOST_CHARACTERS);
        require(
                maxImages >= 1 && maxImages <= MOST_IMAGES,
                "max-images",
                maxImages,
                "1 to " + MOST_IMAGES);
        require(maxImageBytes >= 1, "max-image-bytes", maxImageBytes, ">= 1");
    }
}
