package io.lavastream.engine.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@code preprocessor_config.json} of a CLIP or LLaVA image processor. A key that is not known and not null
 * or false stops the load: it may change pixels.
 */
final class PreprocessorConfig {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MAX_BYTES = 1 << 20;
    private static final int BICUBIC = 3;

    private static final List<String> STEPS =
            List.of("do_resize", "do_center_crop", "do_rescale", "do_normalize", "do_convert_rgb");

    /** Keys that are read here, and those that change no pixel. */
    private static final Set<String> KNOWN =
            Set.of(
                    "do_pad",
                    "do_resize",
                    "do_center_crop",
                    "do_rescale",
                    "do_normalize",
                    "do_convert_rgb",
                    "size",
                    "crop_size",
                    "resample",
                    "rescale_factor",
                    "image_mean",
                    "image_std",
                    "image_processor_type",
                    "feature_extractor_type",
                    "processor_class",
                    "_valid_processor_keys",
                    "data_format",
                    "default_to_square",
                    "image_seq_length",
                    "patch_size");

    private final Path file;
    private final JsonNode config;

    private PreprocessorConfig(Path file, JsonNode config) {
        this.file = file;
        this.config = config;
    }

    static ImagePreprocessing read(Path file) {
        return new PreprocessorConfig(file, parse(file)).settings();
    }

    private ImagePreprocessing settings() {
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            JsonNode value = entry.getValue();
            boolean off = value.isNull() || (value.isBoolean() && !value.booleanValue());
            require(off || KNOWN.contains(entry.getKey()), entry.getKey(), "no such key");
        }
        for (String step : STEPS) {
            require(config.path(step).asBoolean(true), step, "true");
        }
        require(config.path("resample").asInt(BICUBIC) == BICUBIC, "resample", "3, bicubic");
        double factor = config.path("rescale_factor").asDouble(1 / 255.0);
        require(Math.abs(factor * 255 - 1) < 1e-6, "rescale_factor", "1/255");

        int size = size();
        boolean pad = config.path("do_pad").asBoolean(false);
        return new ImagePreprocessing(
                pad ? ImagePreprocessing.Mode.PAD : ImagePreprocessing.Mode.CROP,
                size,
                channels("image_mean", 0),
                channels("image_std", Double.MIN_VALUE));
    }

    /** {@code 336} or {@code {"shortest_edge": 336}}, and the crop equal to it. */
    private int size() {
        JsonNode size = config.path("size");
        JsonNode edge = size.isObject() ? size.path("shortest_edge") : size;
        boolean valid =
                edge.isInt()
                        && edge.intValue() >= 1
                        && edge.intValue() <= ImagePreprocessing.MAX_SIZE;
        require(valid, "size", "shortest_edge of 1 to " + ImagePreprocessing.MAX_SIZE);
        JsonNode crop = config.path("crop_size");
        boolean equal =
                crop.isObject()
                        ? crop.path("height").equals(edge) && crop.path("width").equals(edge)
                        : crop.equals(edge);
        require(equal, "crop_size", "size, which is " + edge);
        return edge.intValue();
    }

    private List<Double> channels(String key, double atLeast) {
        List<Double> values = new ArrayList<>();
        config.path(key).forEach(value -> values.add(value.asDouble(-1)));
        boolean valid = values.size() == 3 && values.stream().allMatch(v -> v >= atLeast && v <= 1);
        require(valid, key, "three numbers of at most 1");
        return values;
    }

    private void require(boolean condition, String key, String expected) {
        if (!condition) {
            throw new CheckpointException(
                    "%s: %s: %s (expected: %s)".formatted(file, key, config.path(key), expected));
        }
    }

    private static JsonNode parse(Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CheckpointException(
                        "%s: %d bytes (expected: at most %d)"
                                .formatted(file, Files.size(file), MAX_BYTES));
            }
            JsonNode config = MAPPER.readTree(Files.readAllBytes(file));
            if (config.isObject()) {
                return config;
            }
            throw new CheckpointException(
                    "%s: JSON %s (expected: an object)".formatted(file, config.getNodeType()));
        } catch (JsonProcessingException e) {
            throw new CheckpointException(
                    "%s: malformed JSON (expected: an object)".formatted(file), e);
        } catch (IOException e) {
            throw new CheckpointException("%s: cannot be read: %s".formatted(file, e), e);
        }
    }
}
