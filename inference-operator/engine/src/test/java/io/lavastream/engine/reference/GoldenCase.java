package io.lavastream.engine.reference;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One {@code case.json} of the reference with its arrays; the reference's README defines the
 * fields.
 */
public final class GoldenCase {
    /** A token and its logit. */
    public record Scored(int token, double logit) {}

    private final Path root;
    private final JsonNode json;

    private GoldenCase(Path root, JsonNode json) {
        this.root = root;
        this.json = json;
    }

    static GoldenCase read(Path root, Path directory) {
        try {
            return new GoldenCase(
                    root,
                    JsonMapper.builder().build().readTree(directory.resolve("case.json").toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String model() {
        return json.path("model").textValue();
    }

    public String name() {
        return json.path("case").textValue();
    }

    /** False for a batch of other cases. */
    public boolean isSingleRun() {
        return json.has("input_ids");
    }

    /** Any field that has no accessor here. */
    public JsonNode json() {
        return json;
    }

    /** {@code pad}, {@code crop} or {@code anyres}. */
    public String preprocess() {
        return json.path("preprocess").textValue();
    }

    /** Image files, relative to the reference. */
    public List<String> images() {
        return elements("images").map(JsonNode::textValue).toList();
    }

    /** Prompt tokens; {@link #imagePlaceholder} stands for one image. */
    public int[] inputIds() {
        return ints("input_ids");
    }

    public int imagePlaceholder() {
        return json.path("image_placeholder_id").intValue();
    }

    /** Positions after every image is expanded. */
    public int sequenceLength() {
        return json.path("sequence_length").intValue();
    }

    public int[] ints(String field) {
        return elements(field).mapToInt(JsonNode::intValue).toArray();
    }

    public int[] greedyTokens() {
        return ints("greedy_tokens");
    }

    public double[] greedyMargins() {
        return elements("greedy_margin").mapToDouble(JsonNode::doubleValue).toArray();
    }

    /** Best five logits at {@code logit_positions[index]}. */
    public List<Scored> top5(int index) {
        return scored(json.path("logits_top5").path(index));
    }

    /** Best twenty logits at the last position. */
    public List<Scored> lastTop20() {
        return scored(json.path("logits_last_top20"));
    }

    public boolean hasArray(String name) {
        return json.path("files").has(name);
    }

    public Npy array(String name) {
        return Npy.read(root.resolve(json.path("files").path(name).path("file").textValue()));
    }

    @Override
    public String toString() {
        return model() + "/" + name();
    }

    private Stream<JsonNode> elements(String field) {
        return StreamSupport.stream(json.path(field).spliterator(), false);
    }

    private static List<Scored> scored(JsonNode pairs) {
        return IntStream.range(0, pairs.size())
                .mapToObj(pairs::get)
                .map(pair -> new Scored(pair.path(0).intValue(), pair.path(1).doubleValue()))
                .toList();
    }
}
