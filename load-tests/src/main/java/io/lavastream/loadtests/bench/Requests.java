package io.lavastream.loadtests.bench;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Makes requests: each image of noise and each question differs from those before it. Not thread-safe. */
final class Requests {
    private static final int SIDE = 336;

    private final SplittableRandom random;
    private int made;

    Requests() {
        this(1);
    }

    /** @param seed another one, other pictures */
    Requests(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** A picture that no other request has. */
    EncodedImage image() {
        BufferedImage picture = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                picture.setRGB(x, y, random.nextInt());
            }
        }
        try {
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            ImageIO.write(picture, "png", file);
            return EncodedImage.of(file.toByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // Memory does not fail to be written.
        }
    }

    /** A question of about {@code words} tokens, without a system text before it, about these images. */
    GenerationRequest of(
            List<EncodedImage> images, int words, SamplingParams sampling, String lane) {
        return new GenerationRequest(
                "bench-" + made++,
                images,
                List.of(),
                BenchTokenizer.words(random, words),
                new AnswerFormat.Free(),
                sampling,
                lane,
                Instant.MAX,
                Optional.empty(),
                Optional.of(""));
    }

    /** Of the first lane, greedy. */
    GenerationRequest of(List<EncodedImage> images, int words, int newTokens) {
        return of(
                images,
                words,
                SamplingParams.greedy().withMaxNewTokens(newTokens),
                GenerationRequest.INTERACTIVE);
    }
}
