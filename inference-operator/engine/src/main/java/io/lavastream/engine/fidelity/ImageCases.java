package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.image.ImageDecoder;
import io.lavastream.engine.image.ImageLimits;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessing.Mode;
import io.lavastream.engine.image.ImagePreprocessor;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.image.RgbImage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Cases of {@code preprocess/manifest.json}: an image's pixels as decoded, and in each mode. */
final class ImageCases {
    /** Such as {@code pad336}. */
    private static final Pattern MODE = Pattern.compile("([a-z]+)([0-9]+)");

    private static final int PIXEL_STRIDE = 4;

    private final ReferenceDirectory reference;
    private final FidelityReport report;
    private final Set<CaseKind> kinds;
    private final ImageDecoder decoder = new ImageDecoder(ImageLimits.defaults());

    ImageCases(ReferenceDirectory reference, Set<CaseKind> kinds, FidelityReport report) {
        this.reference = reference;
        this.kinds = kinds;
        this.report = report;
    }

    void run() {
        JsonNode manifest = ReferenceDirectory.json(reference.manifest());
        for (JsonNode image : Rows.require(manifest, "images")) {
            String name = image.path("image").asText("image without a name");
            try {
                run(name, image, manifest);
            } catch (RuntimeException e) {
                report.add(CaseResult.miss(CaseKind.DECODE, name, e));
            }
        }
    }

    private void run(String name, JsonNode image, JsonNode manifest) {
        EncodedImage file = reference.image(name);
        RgbImage decoded = decoder.decode(file);
        if (kinds.contains(CaseKind.DECODE)) {
            report.add(decoded(image, isJpeg(file), decoded).result(CaseKind.DECODE, name));
        }
        if (!kinds.contains(CaseKind.PREPROCESS)) {
            return;
        }
        // Resizing is judged on the reference's own pixels, where it keeps them.
        RgbImage input =
                Rows.optional(image, "decoded_rgb_png")
                        .map(png -> decoder.decode(reference.image(png.asText())))
                        .orElse(decoded);
        for (Map.Entry<String, JsonNode> mode : Rows.require(image, "modes").properties()) {
            String caseName = name + " " + mode.getKey();
            try {
                report.add(
                        preprocessed(input, mode.getKey(), mode.getValue(), manifest)
                                .result(CaseKind.PREPROCESS, caseName));
            } catch (RuntimeException e) {
                report.add(CaseResult.miss(CaseKind.PREPROCESS, caseName, e));
            }
        }
    }

    private Comparison decoded(JsonNode image, boolean jpeg, RgbImage found) {
        Comparison comparison = new Comparison();
        comparison.equal(
                "size",
                List.of(found.width(), found.height()),
                List.of(Rows.integer(image, "width"), Rows.integer(image, "height")));
        boolean equal =
                Pixels.sha256(found.pixels()).equals(Rows.text(image, "decoded_rgb_sha256"));
        Optional<RgbImage> kept =
                Rows.optional(image, "decoded_rgb_png")
                        .map(png -> decoder.decode(reference.image(png.asText())))
                        .filter(png -> png.pixels().length == found.pixels().length);
        if (jpeg && kept.isPresent()) {
            Pixels.Difference difference = Pixels.between(found.pixels(), kept.get().pixels());
            comparison
                    .differs("pixels", difference.largest(), Tolerances.DECODED_STEPS)
                    .remark(
                            String.format(
                                    Locale.ROOT,
                                    "%.2f %% of the samples equal",
                                    100 * difference.equal()));
            return comparison;
        }
        return comparison.equal("pixels", equal ? "equal" : "other", "equal");
    }

    private Comparison preprocessed(
            RgbImage image, String mode, JsonNode expected, JsonNode manifest) {
        ImagePreprocessing settings = settings(mode, manifest);
        ImagePreprocessor preprocessor = new ImagePreprocessor(settings);
        byte[] pixels = preprocessor.resize(image);
        PixelValues values = preprocessor.normalize(pixels);
        Comparison comparison = new Comparison();
        comparison.equal("sha256", Pixels.sha256(pixels), Rows.text(expected, "rgb_sha256"));
        comparison.differs(
                "normalized", normalization(values, pixels, settings), Tolerances.PIXELS);
        Rows.optional(expected, "png")
                .map(png -> decoder.decode(reference.image(png.asText())).pixels())
                .filter(kept -> kept.length == pixels.length)
                .map(kept -> Pixels.between(pixels, kept))
                .filter(difference -> difference.largest() > 0)
                .ifPresent(difference -> comparison.remark(difference.toString()));
        Rows.optional(expected, "pixel_values_every_4th")
                .ifPresent(
                        npy ->
                                comparison.close(
                                        "pixel_values",
                                        everyFourth(values),
                                        Npy.read(reference.resolve(npy.asText())).values(),
                                        Tolerances.PIXELS));
        return comparison;
    }

    /** Decoders of JPEG may differ by some steps; the others read lossless files, or are exact. */
    private static boolean isJpeg(EncodedImage file) {
        ByteBuffer bytes = file.buffer();
        return bytes.remaining() > 1 && bytes.getShort(bytes.position()) == (short) 0xFFD8;
    }

    private static ImagePreprocessing settings(String name, JsonNode manifest) {
        Matcher mode = MODE.matcher(name);
        if (!mode.matches()
                || Arrays.stream(Mode.values())
                        .noneMatch(known -> known.name().equalsIgnoreCase(mode.group(1)))) {
            throw new IllegalArgumentException(
                    "mode: %s (expected: pad or crop, and a size)".formatted(name));
        }
        return new ImagePreprocessing(
                Mode.valueOf(mode.group(1).toUpperCase(Locale.ROOT)),
                Integer.parseInt(mode.group(2)),
                numbers(Rows.require(manifest, "image_mean")),
                numbers(Rows.require(manifest, "image_std")));
    }

    /** Largest distance of {@code values} from (level / 255 - mean) / std in float64. */
    private static double normalization(
            PixelValues values, byte[] pixels, ImagePreprocessing settings) {
        int plane = values.size() * values.size();
        double worst = 0;
        for (int i = 0; i < pixels.length; i++) {
            int channel = i % 3;
            double expected =
                    ((pixels[i] & 0xFF) / 255.0 - settings.mean().get(channel))
                            / settings.std().get(channel);
            worst = Math.max(worst, Math.abs(values.values()[channel * plane + i / 3] - expected));
        }
        return worst;
    }

    /** [3, every fourth row, every fourth column] flattened. */
    private static float[] everyFourth(PixelValues values) {
        int size = values.size();
        int kept = (size + PIXEL_STRIDE - 1) / PIXEL_STRIDE;
        float[] picked = new float[3 * kept * kept];
        for (int i = 0; i < picked.length; i++) {
            int channel = i / (kept * kept);
            int y = i / kept % kept * PIXEL_STRIDE;
            int x = i % kept * PIXEL_STRIDE;
            picked[i] = values.values()[(channel * size + y) * size + x];
        }
        return picked;
    }

    private static List<Double> numbers(JsonNode array) {
        List<Double> numbers = new ArrayList<>();
        array.forEach(number -> numbers.add(number.asDouble()));
        return numbers;
    }
}
