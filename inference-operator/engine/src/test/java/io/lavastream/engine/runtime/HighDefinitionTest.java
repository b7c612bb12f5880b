package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.SafetensorsWriter.Tensor;
import io.lavastream.engine.checkpoint.TinyCheckpoint;
import io.lavastream.engine.image.ImageInput;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.TiledImage;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.reference.PlainLlava;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * LLaVA-1.5-HD, of which no checkpoint was published: random weights, held against a plain float64
 * forward that finds the padding by looking at the canvas. Tiles are 56 pixels, 4 by 4 patches.
 */
class HighDefinitionTest {
    private static final int SIDE = 4;
    private static final int TILE = 56;
    private static final int PATCH = 14;
    private static final double TOLERANCE = 5e-4;

    /** 240 x 100 on 168 x 112 is 168 x 70 from row 21: of 8 rows of patches the first and last are padding. */
    private static final Placed WIDE = new Placed(240, 100, 3, 2, 168, 70, 0, 21);

    private static final Placed TALL = new Placed(100, 240, 2, 3, 70, 168, 21, 0);

    @TempDir private Path directory;

    private final TinyCheckpoint tiny = new TinyCheckpoint(5);

    /** An image and where it lies, in pixels, on a canvas of {@code columns} by {@code rows} tiles. */
    private record Placed(
            int width,
            int height,
            int columns,
            int rows,
            int resizedWidth,
            int resizedHeight,
            int left,
            int top) {

        boolean shows(int x, int y) {
            return x >= left && x < left + resizedWidth && y >= top && y < top + resizedHeight;
        }
    }

    @BeforeEach
    void makeTilesOfSixteenPatches() throws IOException {
        tiny.visionConfig().put("image_size", TILE);
        random("vision_tower.vision_model.embeddings.position_embedding.weight", 17, 16);
        random("image_newline", TinyCheckpoint.HIDDEN);
        Files.writeString(
                directory.resolve("preprocessor_config.json"),
                """
                {"crop_size": {"height": 56, "width": 56}, "size": {"shortest_edge": 56},
                 "image_mean": [0.48145466, 0.4578275, 0.40821073],
                 "image_std": [0.26862954, 0.26130258, 0.27577711]}
                """);
    }

    @Test
    void matchesAPlainForwardOfTwoImages() throws IOException {
        tiny.write(directory);
        PlainLlava plain = new PlainLlava(tiny.tensors(), SIDE, 2, 2, 2, 4, 2);
        int[] ids = {1, 7, PromptTokens.IMAGE, 9, PromptTokens.IMAGE, 11, 3};
        List<Placed> placed = List.of(WIDE, TALL);

        try (Checkpoint checkpoint = Checkpoint.open(directory);
                LlavaModel model =
                        LlavaModel.open(
                                checkpoint,
                                ModelSettings.of(1, 256),
                                new BitSet(),
                                LoadProgress.NONE)) {
            ImageInput input = new ImageInputs(config(), checkpoint).open();
            List<TiledImage> images = new ArrayList<>();
            for (Placed image : placed) {
                images.add(input.process(noise(image.width(), image.height())));
            }
            ExpandedPrompt prompt =
                    ExpandedPrompt.of(
                            new PromptTokens(ids),
                            images.stream().map(TiledImage::rows).toList(),
                            model.imageTokens());
            List<float[]> features =
                    images.stream()
                            .flatMap(image -> image.tiles().stream())
                            .map(model::encodeImage)
                            .toList();
            double[][] expected = plain.logits(embeddings(plain, ids, placed, images));

            // 16 rows of the whole image, then 6 rows of 12 and their ends; 12 rows of 6 likewise.
            assertThat(prompt.length()).isEqualTo(5 + 16 + 6 * 13 + 16 + 12 * 7);
            double worst = 0;
            for (int start = 0; start < prompt.length(); start += 20) {
                int length = Math.min(20, prompt.length() - start);
                float[] logits =
                        model.prefill(
                                0,
                                start,
                                prompt.chunk(start, length, features::get, model.rowEnd()));
                for (int id = 0; id < logits.length; id++) {
                    worst =
                            Math.max(
                                    worst, Math.abs(logits[id] - expected[start + length - 1][id]));
                }
            }
            System.out.printf("hd: largest logit difference to float64 %.1e%n", worst);
            assertThat(worst).isLessThan(TOLERANCE);
        }
    }

    @Test
    void refusesAModelWithoutARowEnd() {
        tiny.tensors().remove("image_newline");
        tiny.write(directory);

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(() -> new ImageInputs(config(), checkpoint).open())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageEndingWith(
                            "tensor image_newline: missing (expected: for image mode hd)");
        }
    }

    @Test
    void refusesTilesWithoutCanvases() {
        tiny.write(directory);

        try (Checkpoint checkpoint = Checkpoint.open(directory)) {
            assertThatThrownBy(
                            () ->
                                    new ImageInputs(config().withImageMode("anyres"), checkpoint)
                                            .open())
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("image_grid_pinpoints: none (expected: some");
        }
    }

    private EngineConfig config() {
        return EngineConfig.defaults(directory).withImageMode("hd");
    }

    private double[][] embeddings(
            PlainLlava plain, int[] ids, List<Placed> placed, List<TiledImage> images) {
        List<double[]> rows = new ArrayList<>();
        int image = 0;
        for (int id : ids) {
            if (id == PromptTokens.IMAGE) {
                rows.addAll(imageRows(plain, placed.get(image), images.get(image).tiles()));
                image++;
            } else {
                rows.add(plain.embed(id));
            }
        }
        return rows.toArray(double[][]::new);
    }

    private List<double[]> imageRows(PlainLlava plain, Placed image, List<PixelValues> tiles) {
        assertThat(tiles).hasSize(1 + image.columns() * image.rows());
        List<double[][]> features =
                tiles.stream().map(tile -> plain.encode(tile.values())).toList();
        float[] newline = tiny.tensors().get("image_newline").values();
        double[] rowEnd = new double[newline.length];
        for (int i = 0; i < rowEnd.length; i++) {
            rowEnd[i] = newline[i];
        }

        List<double[]> rows = new ArrayList<>(List.of(features.get(0)));
        for (int row = 0; row < image.rows() * SIDE; row++) {
            boolean any = false;
            for (int column = 0; column < image.columns() * SIDE; column++) {
                if (showsImage(image, row, column)) {
                    int tile = 1 + row / SIDE * image.columns() + column / SIDE;
                    rows.add(features.get(tile)[row % SIDE * SIDE + column % SIDE]);
                    any = true;
                }
            }
            if (any) {
                rows.add(rowEnd);
            }
        }
        return rows;
    }

    private static boolean showsImage(Placed image, int row, int column) {
        for (int y = row * PATCH; y < (row + 1) * PATCH; y++) {
            for (int x = column * PATCH; x < (column + 1) * PATCH; x++) {
                if (image.shows(x, y)) {
                    return true;
                }
            }
        }
        return false;
    }

    private void random(String name, long... shape) {
        Random random = new Random(name.hashCode());
        List<Long> dimensions = new ArrayList<>();
        int elements = 1;
        for (long dimension : shape) {
            dimensions.add(dimension);
            elements *= (int) dimension;
        }
        float[] values = new float[elements];
        for (int i = 0; i < elements; i++) {
            values[i] = (float) random.nextGaussian();
        }
        tiny.tensors().put(name, new Tensor(dimensions, values));
    }

    private static EncodedImage noise(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Random random = new Random(width);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, random.nextInt(1 << 24));
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(image, "png", file);
        return EncodedImage.of(file.toByteArray());
    }
}
