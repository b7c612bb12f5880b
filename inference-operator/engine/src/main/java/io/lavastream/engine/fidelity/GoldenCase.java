package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * One {@code case.json} of a reference directory with its arrays, or one row of a batch of cases;
 * the README of the reference defines the fields. Immutable.
 */
public final class GoldenCase {
    /** A token and its logit, or its probability. */
    public record Scored(int token, double value) {}

    private final Path root;
    private final String name;
    private final String preprocess;
    private final JsonNode json;

    private GoldenCase(Path root, String name, String preprocess, JsonNode json) {
        this.root = root;
        this.name = name;
        this.preprocess = preprocess;
        this.json = json;
    }

    /**
     * Reads {@code directory/case.json}.
     *
     * @param root what paths inside it are relative to
     * @throws java.io.UncheckedIOException if it cannot be read
     */
    public static GoldenCase read(Path root, Path directory) {
        JsonNode json = ReferenceDirectory.json(directory.resolve("case.json"));
        String name = directory.getParent().getFileName() + "/" + directory.getFileName();
        return new GoldenCase(root, name, Rows.text(json, "preprocess"), json);
    }

    /** Model and case, as their directories are called. */
    public String name() {
        return name;
    }

    /** False for a batch of prompts. */
    public boolean isSingleRun() {
        return json.has("input_ids");
    }

    /** The prompts that ran together; empty for a single run. */
    List<GoldenCase> rows() {
        List<GoldenCase> rows = new ArrayList<>();
        for (JsonNode row : json.path("rows")) {
            rows.add(
                    new GoldenCase(
                            root, "%s row %d".formatted(name, rows.size()), preprocess, row));
        }
        return rows;
    }

    /** Any field that has no accessor here. */
    public JsonNode json() {
        return json;
    }

    /** {@code pad}, {@code crop} or {@code anyres}. */
    public String preprocess() {
        return preprocess;
    }

    /** Values of the model's {@code config.json} that this case changes. */
    Optional<JsonNode> configOverride() {
        return Rows.optional(json, "config_override").filter(changes -> !changes.isEmpty());
    }

    /** Image files, relative to the reference. */
    public List<String> images() {
        return elements("images").map(JsonNode::asText).toList();
    }

    /** Prompt tokens; {@link #imagePlaceholder} stands for one image. */
    public int[] inputIds() {
        return Rows.integers(json, "input_ids");
    }

    /** Empty where the case does not say. */
    OptionalInt imagePlaceholder() {
        return json.has("image_placeholder_id")
                ? OptionalInt.of(Rows.integer(json, "image_placeholder_id"))
                : OptionalInt.empty();
    }

    /** Positions after every image is expanded. */
    public int sequenceLength() {
        return Rows.integer(json, "sequence_length");
    }

    boolean has(String field) {
        return Rows.optional(json, field).isPresent();
    }

    public int[] ints(String field) {
        return Rows.integers(json, field);
    }

    double[] doubles(String field) {
        return elements(field).mapToDouble(JsonNode::asDouble).toArray();
    }

    public int[] greedyTokens() {
        return ints("greedy_tokens");
    }

    List<Scored> scored(String field) {
        return scored(json.path(field));
    }

    public boolean hasArray(String array) {
        return json.path("files").has(array);
    }

    /**
     * The array called {@code array}.
     *
     * @throws IllegalArgumentException if the case has none, or it is malformed
     */
    public Npy array(String array) {
        JsonNode file = Rows.require(Rows.require(json, "files"), array);
        return Npy.read(root.resolve(Rows.text(file, "file")));
    }

    /**
     * Checks that it has what no case can do without.
     *
     * @throws IllegalArgumentException with the name of what is missing
     */
    void requireComplete() {
        for (String field : List.of("input_ids", "sequence_length", "greedy_tokens")) {
            Rows.require(json, field);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    static List<Scored> scored(JsonNode pairs) {
        return IntStream.range(0, pairs.size())
                .mapToObj(pairs::get)
                .map(pair -> new Scored(pair.path(0).asInt(), pair.path(1).asDouble()))
                .toList();
    }

    private Stream<JsonNode> elements(String field) {
        return StreamSupport.stream(json.path(field).spliterator(), false);
    }
}
