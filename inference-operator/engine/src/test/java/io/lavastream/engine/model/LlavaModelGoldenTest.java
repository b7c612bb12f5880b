package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.reference.ExpandedPrompt;
import io.lavastream.engine.reference.GoldenCase;
import io.lavastream.engine.reference.Npy;
import io.lavastream.engine.reference.PreparedImages;
import io.lavastream.engine.reference.Reference;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Numbers of the reference implementation, at the tolerances of the reference's README. */
class LlavaModelGoldenTest {
    private static final float FEATURE_TOLERANCE = 1e-4f;
    private static final float LOGIT_TOLERANCE = 5e-4f;
    private static final int VOCABULARY_STRIDE = 32;
    private static final int SLOT = 1;

    /** Every layout in which LLaVA-1.5 is published; the sides of their images. */
    private static final Map<String, Integer> SIDES =
            Map.of(
                    "tiny-llava-1.5", 336,
                    "tiny-llava-gqa", 336,
                    "tiny-llava-orig", 336,
                    "tiny-llava-v0", 224,
                    "tiny-llava-hd", 336);

    private static final Map<String, LlavaModel> MODELS = new HashMap<>();

    @BeforeAll
    static void openModels() {
        for (String name : SIDES.keySet()) {
            try (Checkpoint checkpoint = Checkpoint.open(Reference.path("models/" + name))) {
                BitSet neverProduced = new BitSet();
                if (checkpoint.config().layout() == Layout.HUGGING_FACE) {
                    neverProduced.set(32_000, 32_064);
                }
                assertThat(checkpoint.config().vision().imageSize()).isEqualTo(SIDES.get(name));
                MODELS.put(
                        name,
                        LlavaModel.open(
                                checkpoint,
                                ModelSettings.of(2, 2048),
                                neverProduced,
                                LoadProgress.NONE));
            }
        }
    }

    @AfterAll
    static void closeModels() {
        MODELS.values().forEach(LlavaModel::close);
    }

    /** The cases whose images the reference keeps prepared. */
    static Stream<GoldenCase> cases() {
        return SIDES.keySet().stream()
                .sorted()
                .flatMap(model -> Reference.cases(model).stream())
                .filter(golden -> PreparedImages.has(golden, SIDES.get(golden.model())));
    }

    static Stream<GoldenCase> casesWithImages() {
        return cases().filter(golden -> !golden.images().isEmpty());
    }

    /** Cases whose image is not kept, but all of its features. */
    static Stream<GoldenCase> casesWithFeatures() {
        return Stream.of(
                Reference.golden("tiny-llava-1.5", "c01_photo_crop"),
                Reference.golden("tiny-llava-orig", "c01_photo_pad"),
                Reference.golden("tiny-llava-v0", "c01_photo_crop224"));
    }

    @ParameterizedTest
    @MethodSource("casesWithImages")
    void visionFeaturesMatch(GoldenCase golden) {
        LlavaModel model = MODELS.get(golden.model());

        for (int image = 0; image < golden.images().size(); image++) {
            PixelValues pixels = PreparedImages.of(golden, image, SIDES.get(golden.model()));
            assertRows(
                    model.visionFeatures(pixels),
                    model.imageTokens(),
                    golden.ints("feature_rows"),
                    golden.array("vision_hidden_select_layer_rows").at(image));
            assertRows(
                    model.encodeImage(pixels),
                    model.imageTokens(),
                    golden.ints("feature_rows"),
                    golden.array("projected_features_rows").at(image));
        }
    }

    /**
     * Chunks end where the reference kept logits, so that every kept row is compared, and every
     * chunk continues another.
     */
    @ParameterizedTest
    @MethodSource({"cases", "casesWithFeatures"})
    void logitsMatchAfterEveryChunk(GoldenCase golden) {
        LlavaModel model = MODELS.get(golden.model());
        ExpandedPrompt prompt = prompt(golden, model);
        Npy strided = golden.array("logits_strided");
        int[] argmax = golden.ints("argmax_all_positions");
        int[] positions = golden.ints("logit_positions");

        for (int i = 0, start = 0; i < positions.length; start = positions[i++] + 1) {
            float[] logits = model.prefill(SLOT, start, prompt.chunk(start, positions[i] + 1));

            assertThat(argmax(logits)).isEqualTo(argmax[positions[i]]);
            float[] expected = strided.at(i).values();
            // The last of these ids pad the vocabulary, and are never produced here.
            for (int j = 0; j * VOCABULARY_STRIDE < 32_000; j++) {
                assertThat(logits[j * VOCABULARY_STRIDE])
                        .isCloseTo(expected[j], within(LOGIT_TOLERANCE));
            }
            for (GoldenCase.Scored best : golden.top5(i)) {
                assertThat((double) logits[best.token()])
                        .isCloseTo(best.logit(), within((double) LOGIT_TOLERANCE));
            }
        }
    }

    @ParameterizedTest
    @MethodSource({"cases", "casesWithFeatures"})
    void thirtyTwoGreedyTokensMatch(GoldenCase golden) {
        LlavaModel model = MODELS.get(golden.model());
        ExpandedPrompt prompt = prompt(golden, model);
        int[] expected = golden.greedyTokens();

        float[] logits = model.prefill(SLOT, 0, prompt.chunk(0, prompt.length()));
        if (golden.hasArray("logits_last")) {
            float[] full = golden.array("logits_last").values();
            for (int id = 0; id < 32_000; id++) {
                assertThat(logits[id]).isCloseTo(full[id], within(LOGIT_TOLERANCE));
            }
        }
        List<Integer> tokens = new ArrayList<>(List.of(argmax(logits)));
        while (tokens.size() < expected.length) {
            int position = prompt.length() + tokens.size() - 1;
            tokens.add(
                    model.decode(
                                    new DecodeBatch(
                                            new int[] {SLOT},
                                            new int[] {tokens.get(tokens.size() - 1)},
                                            new int[] {position},
                                            false))
                            .greedy()[0]);
        }

        assertThat(tokens).containsExactlyElementsOf(IntStream.of(expected).boxed().toList());
    }

    private static ExpandedPrompt prompt(GoldenCase golden, LlavaModel model) {
        int side = SIDES.get(golden.model());
        List<float[]> images =
                PreparedImages.has(golden, side)
                        ? IntStream.range(0, golden.images().size())
                                .mapToObj(
                                        i -> model.encodeImage(PreparedImages.of(golden, i, side)))
                                .toList()
                        : List.of(golden.array("projected_features").values());
        return ExpandedPrompt.of(golden, images, model.imageTokens());
    }

    private static void assertRows(float[] found, int rows, int[] compared, Npy expected) {
        int width = found.length / rows;
        for (int i = 0; i < compared.length; i++) {
            float[] row = expected.at(i).values();
            assertThat(row).hasSize(width);
            for (int j = 0; j < width; j++) {
                assertThat(found[compared[i] * width + j])
                        .isCloseTo(row[j], within(FEATURE_TOLERANCE));
            }
        }
    }

    private static int argmax(float[] logits) {
        return IntStream.range(0, logits.length)
                .reduce((best, id) -> logits[id] > logits[best] ? id : best)
                .orElseThrow();
    }
}
