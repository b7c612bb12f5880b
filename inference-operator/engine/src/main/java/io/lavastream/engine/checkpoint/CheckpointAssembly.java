package io.lavastream.engine.checkpoint;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.CheckpointSource;
import io.lavastream.engine.checkpoint.LlavaConfig.Projector;
import io.lavastream.engine.checkpoint.VisionTowerDirectory.Found;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Puts a checkpoint together out of its parts: the weights of the model, or of its base with the
 * model's merged over them; the vision tower, inside or from its own directory; the configuration.
 */
final class CheckpointAssembly {
    private static final String TOWER = "vision_tower.";

    /** What the vision tower's tensors begin with, in a CLIP directory and after {@link #TOWER}. */
    private static final String VISION_MODEL = "vision_model.";

    private static final String CLASS_EMBEDDING = "embeddings.class_embedding";

    private final CheckpointSource source;
    private final WeightFiles files;
    private final ConfigObject config;
    private final Layout layout;

    /** Every directory that a part came from. */
    private final List<Path> directories = new ArrayList<>();

    /** Where the vision tower is, in words. */
    private String tower = "inside the model";

    private CheckpointAssembly(CheckpointSource source, WeightFiles files) {
        this.source = source;
        this.files = files;
        this.config = ConfigObject.read(source.directory().resolve("config.json"));
        this.layout = Layout.of(config);
        directories.add(source.directory());
        source.base().ifPresent(directories::add);
    }

    /** {@code files} opens the files; the caller owns it, and closes it if this throws. */
    static Checkpoint assemble(CheckpointSource source, WeightFiles files) {
        return new CheckpointAssembly(source, files).assemble();
    }

    private Checkpoint assemble() {
        Path directory = source.directory();
        if (layout == Layout.HUGGING_FACE) {
            source.visionTower().ifPresent(other -> tower += ", before " + other);
            return checkpoint(HuggingFaceConfigReader.read(directory), weights());
        }
        // All that can be refused without the vision tower is, before one is looked for.
        Map<String, TensorSource> tensors = weights();
        LlavaConfig llava = OriginalConfigReader.read(directory, addVisionTower(tensors));
        requireOneLayer(llava, tensors);
        source.base().ifPresent(base -> requireSameDecoder(llava.text(), base));
        return checkpoint(llava, tensors);
    }

    private Checkpoint checkpoint(LlavaConfig llava, Map<String, TensorSource> tensors) {
        return new Checkpoint(source, llava, files, tensors, directories, tower);
    }

    /** The model's tensors by the names that they are asked for. */
    private Map<String, TensorSource> weights() {
        Path directory = source.directory();
        Optional<String> partial = PartialCheckpoint.kind(directory);
        if (partial.isEmpty()) {
            source.base().ifPresent(this::refuseBase);
            return published(files.directory(directory));
        }
        if (layout == Layout.HUGGING_FACE) {
            throw new CheckpointException(
                    "%s: %s in the Hugging Face layout (expected: a whole model)"
                            .formatted(directory, partial.get()));
        }
        Path base =
                source.base()
                        .orElseThrow(
                                () ->
                                        new CheckpointException(
                                                "%s: %s (expected: a whole model, or --base DIR)"
                                                        .formatted(directory, partial.get())));
        return published(PartialCheckpoint.merge(directory, files, files.directory(base)));
    }

    private void refuseBase(Path base) {
        throw new CheckpointException(
                "%s: --base %s for a whole model (expected: no base, or a model without weights)"
                        .formatted(source.directory(), base));
    }

    private Map<String, TensorSource> published(Map<String, TensorSource> tensors) {
        Map<String, TensorSource> published = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> add(published, layout.published(name), tensor));
        return published;
    }

    private static void add(Map<String, TensorSource> published, String name, TensorSource tensor) {
        TensorSource other = published.put(name, tensor);
        if (other != null) {
            throw new CheckpointException(
                    "%s: tensor %s: the same as %s of %s (expected: once)"
                            .formatted(
                                    tensor.file(),
                                    tensor.name(),
                                    other.name(),
                                    other.file().getFileName()));
        }
    }

    /** Adds the vision tower's tensors, where they are not inside, and says what it is. */
    private ClipVisionConfig addVisionTower(Map<String, TensorSource> tensors) {
        TensorSource inside = tensors.get(TOWER + VISION_MODEL + CLASS_EMBEDDING);
        if (inside != null) {
            return describedElsewhere(inside);
        }
        Found found = VisionTowerDirectory.find(source.directory(), config, source.visionTower());
        tower = found.describe();
        files.directory(found.directory())
                .forEach(
                        (name, tensor) -> {
                            if (name.startsWith(VISION_MODEL)) {
                                add(tensors, TOWER + name, tensor);
                            }
                        });
        directories.add(found.directory());
        return found.config();
    }

    /**
     * A tower inside has its weights there and its description elsewhere: in the directory that the
     * user names, or it is the published one of its name, or a directory beside the model has it.
     */
    private ClipVisionConfig describedElsewhere(TensorSource classEmbedding) {
        String name = VisionTowerDirectory.lastPart(config.text("mm_vision_tower", ""));
        Optional<ClipVisionConfig> published = ClipVisionConfigReader.published(name);
        if (source.visionTower().isEmpty()
                && published.isPresent()
                && classEmbedding.shape().equals(List.of((long) published.get().hiddenSize()))) {
            return published.get();
        }
        Found described =
                VisionTowerDirectory.find(source.directory(), config, source.visionTower());
        tower += ", described by " + described.describe();
        directories.add(described.directory());
        return described.config();
    }

    /** One linear layer would fit the first of two, and give other features. */
    private void requireOneLayer(LlavaConfig llava, Map<String, TensorSource> tensors) {
        TensorSource second = tensors.get("multi_modal_projector.linear_2.weight");
        if (llava.projector() == Projector.LINEAR && second != null) {
            throw new CheckpointException(
                    "%s: tensor %s: present (expected: none for mm_projector_type linear)"
                            .formatted(second.file(), second.name()));
        }
    }

    /** Shapes are checked when the model loads; these are in no shape. */
    private void requireSameDecoder(LlamaConfig model, Path baseDirectory) {
        ConfigObject base = ConfigObject.read(baseDirectory.resolve("config.json"));
        String type =
                base.oneOf(
                        "model_type",
                        "llama",
                        "llama",
                        "mistral",
                        "llava",
                        "llava_llama",
                        "llava_mistral");
        LlamaConfig found = LlamaConfigReader.read(base, type.endsWith("mistral"));
        if (found.heads() != model.heads()
                || found.keyValueHeads() != model.keyValueHeads()
                || found.headSize() != model.headSize()
                || found.normEpsilon() != model.normEpsilon()
                || found.ropeBase() != model.ropeBase()) {
            throw new CheckpointException(
                    "%s: %s (expected: heads, norm and rotary base of %s: %s)"
                            .formatted(baseDirectory, found, source.directory(), model));
        }
    }
}
