package io.lavastream.loadtests.soak;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import javax.imageio.ImageIO;

/**
 * Requests of every kind, good and bad, many of them about the same few images: what an engine meets in a long life. Equal
 * seeds give equal requests, but for their deadlines. Used by one thread.
 */
final class RandomRequests {
    private static final int IMAGES = 5;
    private static final int IMAGE_SIDE = 200;
    private static final int LONGEST_QUESTION = 60;
    private static final int LONGEST_ANSWER = 40;

    private static final List<String> WORDS =
            List.of("what", "colour", "is", "the", "circle", "left", "of", "a", "square", "two");

    private final Random random;
    private final InstantSource clock;
    private final List<EncodedImage> images = new ArrayList<>();
    private int count;

    RandomRequests(long seed, InstantSource clock) {
        this.random = new Random(seed);
        this.clock = clock;
        for (int i = 0; i < IMAGES; i++) {
            images.add(noise());
        }
    }

    GenerationRequest next() {
        return new GenerationRequest(
                "soak-" + count++,
                someImages(),
                history(),
                text(1 + random.nextInt(LONGEST_QUESTION)),
                format(),
                sampling(),
                EngineConfig.DEFAULT_LANES.get(happens(40) ? 1 : 0),
                deadline(),
                Optional.empty());
    }

    /** A short question that nothing keeps from its answer. */
    GenerationRequest withoutLimits() {
        return GenerationRequest.about(images.get(0), text(5));
    }

    /** How long the caller waits before it cancels, where it does. */
    Optional<Duration> patience() {
        return happens(15)
                ? Optional.of(Duration.ofMillis(random.nextInt(3_000)))
                : Optional.empty();
    }

    /** Most are about one image; now and then one cannot be decoded. */
    private List<EncodedImage> someImages() {
        if (happens(3)) {
            return List.of(EncodedImage.of(new byte[] {(byte) 0xff, (byte) 0xd8, 1, 2, 3}));
        }
        return happens(15) ? List.of() : List.of(images.get(random.nextInt(IMAGES)));
    }

    private List<Turn> history() {
        if (!happens(30)) {
            return List.of();
        }
        return List.of(
                new Turn(Turn.Role.USER, text(1 + random.nextInt(5))),
                new Turn(Turn.Role.ASSISTANT, text(1 + random.nextInt(5))));
    }

    private AnswerFormat format() {
        return happens(20) ? new AnswerFormat.YesNo(random.nextBoolean()) : new AnswerFormat.Free();
    }

    private SamplingParams sampling() {
        int tokens = 1 + random.nextInt(LONGEST_ANSWER);
        return happens(30)
                ? new SamplingParams(
                        0.8, 0.9, 0, tokens, List.of(), OptionalLong.of(random.nextLong()))
                : SamplingParams.greedy().withMaxNewTokens(tokens);
    }

    private Instant deadline() {
        return happens(25) ? clock.instant().plusMillis(random.nextInt(4_000)) : Instant.MAX;
    }

    private String text(int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append(WORDS.get(random.nextInt(WORDS.size()))).append(' ');
        }
        return text.toString();
    }

    private boolean happens(int percent) {
        return random.nextInt(100) < percent;
    }

    private EncodedImage noise() {
        BufferedImage image = new BufferedImage(IMAGE_SIDE, IMAGE_SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < IMAGE_SIDE; y++) {
            for (int x = 0; x < IMAGE_SIDE; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ImageIO.write(image, "png", file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return EncodedImage.of(file.toByteArray());
    }
}
