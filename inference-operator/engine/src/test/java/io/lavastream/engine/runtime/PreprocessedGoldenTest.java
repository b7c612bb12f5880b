package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.DecodeBatch;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.reference.GoldenCase;
import io.lavastream.engine.reference.Npy;
import io.lavastream.engine.reference.Reference;
import io.lavastream.engine.reference.ReferenceModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * From image files to features, logits and greedy tokens, held against the reference implementation
 * at the tolerances of its README. Its tokens are taken as given.
 */
@Timeout(600)
class PreprocessedGoldenTest {
    private static final float FEATURE_TOLERANCE = 1e-4f;
    private static final float LOGIT_TOLERANCE = 5e-4f;
    private static final int VOCABULARY_STRIDE = 32;
    private static final int NEW_TOKENS = 32;
    private static final int SLOT = 0;

    @TempDir private static Path root;

    /** Every case with an image, of every model. */
    static Stream<GoldenCase> cases() {
        return Stream.of(
                        "tiny-llava-1.5",
                        "tiny-llava-gqa",
                        "tiny-llava-orig",
                        "tiny-llava-v0",
                        "tiny-llava-hd")
                .flatMap(model -> Reference.cases(model).stream())
                .filter(golden -> !golden.images().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void matchesFromTheFileToTheAnswer(GoldenCase golden) {
        EngineConfig config =
                EngineConfig.defaults(ReferenceModels.directory(root, golden))
                        .withImageMode(golden.preprocess())
                        .withTruncate(EngineConfig.Truncate.REFERENCE);
        int slotLength = golden.sequenceLength() + NEW_TOKENS;
        try (Checkpoint checkpoint = Checkpoint.open(config.checkpoint());
                LlavaModel model =
                        LlavaModel.open(
                                checkpoint,
                                ModelSettings.of(1, slotLength),
                                new BitSet(),
                                LoadProgress.NONE)) {
            List<TiledImage> images = images(golden, new ImageInputs(config, checkpoint).open());
            List<float[]> features = features(golden, images, model);
            ExpandedPrompt prompt =
                    PromptLimit.of(config, checkpoint.config(), slotLength)
                            .apply(
                                    ExpandedPrompt.of(
                                            tokens(golden),
                                            images.stream().map(TiledImage::rows).toList(),
                                            model.imageTokens()));

            assertThat(prompt.length()).isEqualTo(golden.sequenceLength());
            float worst = assertLogits(golden, prompt, features, model);
            assertGreedyTokens(golden, prompt, features, model);
            System.out.printf("golden %s: largest logit difference %.1e%n", golden, worst);
        }
    }

    private static List<float[]> features(
            GoldenCase golden, List<TiledImage> images, LlavaModel model) {
        List<PixelValues> tiles = images.stream().flatMap(image -> image.tiles().stream()).toList();
        List<float[]> features = tiles.stream().map(model::encodeImage).toList();
        Npy expected =
                golden.hasArray("projected_features_rows")
                        ? golden.array("projected_features_rows")
                        : golden.array("projected_features");
        int[] rows =
                golden.hasArray("projected_features_rows")
                        ? golden.ints("feature_rows")
                        : IntStream.range(0, model.imageTokens()).toArray();
        assertThat(expected.shape()[0]).isEqualTo(features.size());
        for (int tile = 0; tile < features.size(); tile++) {
            int width = features.get(tile).length / model.imageTokens();
            for (int i = 0; i < rows.length; i++) {
                float[] row = expected.at(tile).at(i).values();
                assertThat(
                                Arrays.copyOfRange(
                                        features.get(tile), rows[i] * width, (rows[i] + 1) * width))
                        .as("tile %d, row %d", tile, rows[i])
                        .containsExactly(row, within(FEATURE_TOLERANCE));
            }
        }
        return features;
    }

    /** Chunks end where the reference kept logits, so that every kept row is compared. */
    private static float assertLogits(
            GoldenCase golden, ExpandedPrompt prompt, List<float[]> features, LlavaModel model) {
        Npy strided = golden.array("logits_strided");
        int[] positions = golden.ints("logit_positions");
        int[] argmax = golden.ints("argmax_all_positions");
        float worst = 0;
        for (int i = 0, start = 0; i < positions.length; start = positions[i++] + 1) {
            int length = positions[i] + 1 - start;
            float[] logits =
                    model.prefill(
                            SLOT, start, prompt.chunk(start, length, features, model.rowEnd()));
            float[] expected = strided.at(i).values();
            for (int j = 0; j < expected.length; j++) {
                worst = Math.max(worst, Math.abs(logits[j * VOCABULARY_STRIDE] - expected[j]));
            }
            for (GoldenCase.Scored best : golden.top5(i)) {
                worst = Math.max(worst, (float) Math.abs(logits[best.token()] - best.logit()));
            }
            assertThat(worst).as("position %d", positions[i]).isLessThan(LOGIT_TOLERANCE);
            assertThat(argmax(logits)).isEqualTo(argmax[positions[i]]);
        }
        return worst;
    }

    private static void assertGreedyTokens(
            GoldenCase golden, ExpandedPrompt prompt, List<float[]> features, LlavaModel model) {
        float[] logits =
                model.prefill(SLOT, 0, prompt.chunk(0, prompt.length(), features, model.rowEnd()));
        List<Integer> tokens = new ArrayList<>(List.of(argmax(logits)));
        while (tokens.size() < NEW_TOKENS) {
            DecodeBatch step =
                    new DecodeBatch(
                            new int[] {SLOT},
                            new int[] {tokens.get(tokens.size() - 1)},
                            new int[] {prompt.length() + tokens.size() - 1},
                            false);
            tokens.add(model.decode(step).greedy()[0]);
        }
        assertThat(tokens)
                .containsExactlyElementsOf(IntStream.of(golden.greedyTokens()).boxed().toList());
    }

    private static List<TiledImage> images(GoldenCase golden, ImageInput input) {
        return golden.images().stream()
                .map(image -> input.process(EncodedImage.of(bytes(Reference.path(image)))))
                .toList();
    }

    private static PromptTokens tokens(GoldenCase golden) {
        return new PromptTokens(
                IntStream.of(golden.inputIds())
                        .map(id -> id == golden.imagePlaceholder() ? PromptTokens.IMAGE : id)
                        .toArray());
    }

    private static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((best, id) -> logits[id] > logits[best] ? id : best)
                .orElseThrow();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
