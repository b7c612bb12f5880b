package io.lavastream.engine;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How an engine serves a model. Immutable; checks itself on construction, with a message that names the setting, the value found
 * and the value expected. What is empty follows from the model when it is opened.
 *
 * @param checkpoint the model's files
 * @param modelName what requests call the model; by default the directory's name
 * @param template name of the conversation template; by default the one that the checkpoint's chat template is known as, else
 *     {@code llava_v1}
 * @param imageMode {@code pad}, {@code crop}, {@code anyres} or {@code hd}; by default as {@code preprocessor_config.json} or
 *     {@code image_aspect_ratio} says
 * @param truncate what becomes of a prompt that is longer than the model's {@code tokenizer_model_max_length}
 * @param slots sequences that run at once; by default up to 8, as many as fit the memory for the KV cache
 * @param slotLength positions of a slot, prompt and answer together; by default one image at its largest, 448 positions of text, rounded up
 * @param longSlots slots of another length beside those, for a model whose larger images take many times the positions of a small
 *     one; by default none. Short requests leave them to long ones: a request is for a long slot where its prompt and 128 tokens,
 *     or {@code max_new_tokens} if that is less, do not fit another. Which it is for says where its answer ends, whichever it gets
 * @param longSlotLength positions of a long slot; by default as {@code slotLength}, which then is for an image of one tile
 * @param weights how the model's matrices are kept in memory; by default as in the checkpoint on a GPU and where the JVM's vectors
 *     compute, else float32 where that fits
 * @param memory bytes that the process may use in all, beside a GPU's; by default the smaller of the container's limit and what is
 *     available
 * @param device that computes; by default a GPU where one can be used, else the CPU
 * @param waitingRoom requests that may wait beside those that have a slot; more are refused. Slots for which a device turns out to
 *     have no memory become places to wait, too
 * @param threads that compute
 * @param reservedSlots slots that only the first lane may take; unless it is 0, at least one of each length of which there are
 *     several; at most one less than there are slots; by default one where there are several lanes and several slots
 * @param stallBudget prompt work that may stand between two tokens of a running answer, whatever arrives; on a machine where one
 *     smallest piece takes longer, that piece
 * @param bulkQuantum of it the share of the lanes behind the first, while an answer of the first runs; by default half
 * @param lanes priority classes, the first served first
 */
public record EngineConfig(
        CheckpointSource checkpoint,
        String modelName,
        Optional<String> template,
        Optional<String> imageMode,
        Truncate truncate,
        OptionalInt slots,
        OptionalInt slotLength,
        OptionalInt longSlots,
        OptionalInt longSlotLength,
        Optional<WeightType> weights,
        OptionalLong memory,
        DeviceSettings device,
        int waitingRoom,
        int threads,
        OptionalInt reservedSlots,
        Duration stallBudget,
        Optional<Duration> bulkQuantum,
        List<String> lanes) {

    /** What the modes of preparing an image are called. */
    private static final List<String> IMAGE_MODES = List.of("pad", "crop", "anyres", "hd");

    /** What becomes of a prompt that is too long for the model. */
    public enum Truncate {
        /** It is refused. */
        NONE,
        /** It loses its end, as in the reference implementation: the question, most likely. */
        REFERENCE
    }

    public static final int DEFAULT_WAITING_ROOM = 64;

    /** Short enough that an answer still reads as if it flowed, long enough for pieces of work that use a CPU well. */
    public static final Duration DEFAULT_STALL_BUDGET = Duration.ofMillis(300);

    /** The lanes of a request that says nothing else, and of work that may wait. */
    public static final List<String> DEFAULT_LANES = List.of(GenerationRequest.INTERACTIVE, "bulk");

    public EngineConfig {
        requireNonNull(checkpoint, "checkpoint");
        requireNonNull(template, "template");
        requireNonNull(imageMode, "imageMode");
        requireNonNull(truncate, "truncate");
        requireNonNull(weights, "weights");
        requireNonNull(device, "device");
        require(!modelName.isBlank(), "model-name", modelName, "not blank");
        require(
                imageMode.isEmpty() || IMAGE_MODES.contains(imageMode.get()),
                "image-mode",
                imageMode.orElse(""),
                "one of " + String.join(", ", IMAGE_MODES));
        slots.ifPresent(count -> require(count >= 1, "slots", count, ">= 1"));
        slotLength.ifPresent(length -> require(length >= 2, "slot-length", length, ">= 2"));
        longSlots.ifPresent(count -> require(count >= 0, "long-slots", count, ">= 0"));
        longSlotLength.ifPresent(
                length -> require(length >= 2, "long-slot-length", length, ">= 2"));
        memory.ifPresent(bytes -> require(bytes >= 1, "memory", bytes, ">= 1 byte"));
        require(waitingRoom >= 0, "waiting-room", waitingRoom, ">= 0");
        require(threads >= 1, "threads", threads, ">= 1");
        reservedSlots.ifPresent(count -> require(count >= 0, "reserved-slots", count, ">= 0"));
        if (slots.isPresent() && reservedSlots.isPresent()) {
            require(
                    reservedSlots.getAsInt() < slots.getAsInt(),
                    "reserved-slots",
                    reservedSlots.getAsInt(),
                    "less than slots " + slots.getAsInt());
        }
        require(stallBudget.toMillis() >= 1, "stall-budget", stallBudget, ">= 1 ms");
        if (bulkQuantum.isPresent()) {
            Duration quantum = bulkQuantum.get();
            require(
                    quantum.toMillis() >= 1 && quantum.compareTo(stallBudget) <= 0,
                    "bulk-quantum",
                    quantum,
                    "1 ms to stall-budget " + stallBudget);
        }
        lanes = List.copyOf(lanes);
        require(!lanes.isEmpty(), "lanes", lanes, "at least one");
        require(new HashSet<>(lanes).size() == lanes.size(), "lanes", lanes, "no name twice");
        require(lanes.stream().noneMatch(String::isBlank), "lanes", lanes, "no blank name");
    }

    /** All that follows from the model left to it, every core, lanes {@code interactive} and {@code bulk}. */
    public static EngineConfig defaults(Path checkpoint) {
        return new EngineConfig(
                CheckpointSource.of(checkpoint),
                nameOf(checkpoint),
                Optional.empty(),
                Optional.empty(),
                Truncate.NONE,
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                Optional.empty(),
                OptionalLong.empty(),
                DeviceSettings.AUTO,
                DEFAULT_WAITING_ROOM,
                Runtime.getRuntime().availableProcessors(),
                OptionalInt.empty(),
                DEFAULT_STALL_BUDGET,
                Optional.empty(),
                DEFAULT_LANES);
    }

    /** Of {@code slots}, those that only the first lane may take. */
    public int reservedOf(int slots) {
        return reservedSlots.orElse(slots > 1 && lanes.size() > 1 ? 1 : 0);
    }

    /** Of the stall budget, the share of the lanes behind the first. */
    public Duration quantumOfBulk() {
        return bulkQuantum.orElse(stallBudget.dividedBy(2));
    }

    /** The vision tower is in the CLIP directory {@code clip}; see {@link CheckpointSource}. */
    public EngineConfig withVisionTower(Path clip) {
        return with(draft -> draft.checkpoint = checkpoint.withVisionTower(clip));
    }

    /** The model is merged over that in {@code model}; see {@link CheckpointSource}. */
    public EngineConfig withBase(Path model) {
        return with(draft -> draft.checkpoint = checkpoint.withBase(model));
    }

    public EngineConfig withModelName(String name) {
        return with(draft -> draft.modelName = name);
    }

    public EngineConfig withTemplate(String name) {
        return with(draft -> draft.template = Optional.of(name));
    }

    public EngineConfig withImageMode(String mode) {
        return with(draft -> draft.imageMode = Optional.of(mode));
    }

    public EngineConfig withTruncate(Truncate truncation) {
        return with(draft -> draft.truncate = truncation);
    }

    public EngineConfig withSlots(int count) {
        return with(draft -> draft.slots = OptionalInt.of(count));
    }

    public EngineConfig withSlotLength(int positions) {
        return with(draft -> draft.slotLength = OptionalInt.of(positions));
    }

    public EngineConfig withLongSlots(int count) {
        return with(draft -> draft.longSlots = OptionalInt.of(count));
    }

    public EngineConfig withLongSlotLength(int positions) {
        return with(draft -> draft.longSlotLength = OptionalInt.of(positions));
    }

    public EngineConfig withWeights(WeightType type) {
        return with(draft -> draft.weights = Optional.of(type));
    }

    public EngineConfig withMemory(long bytes) {
        return with(draft -> draft.memory = OptionalLong.of(bytes));
    }

    public EngineConfig withDevice(DeviceSettings settings) {
        return with(draft -> draft.device = settings);
    }

    public EngineConfig withWaitingRoom(int requests) {
        return with(draft -> draft.waitingRoom = requests);
    }

    public EngineConfig withThreads(int count) {
        return with(draft -> draft.threads = count);
    }

    public EngineConfig withReservedSlots(int count) {
        return with(draft -> draft.reservedSlots = OptionalInt.of(count));
    }

    public EngineConfig withStallBudget(Duration budget) {
        return with(draft -> draft.stallBudget = budget);
    }

    public EngineConfig withBulkQuantum(Duration quantum) {
        return with(draft -> draft.bulkQuantum = Optional.of(quantum));
    }

    public EngineConfig withLanes(List<String> names) {
        return with(draft -> draft.lanes = names);
    }

    private EngineConfig with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.build();
    }

    /** A copy to change one setting of, so that the list of all of them is written once. */
    private static final class Draft {
        private CheckpointSource checkpoint;
        private String modelName;
        private Optional<String> template;
        private Optional<String> imageMode;
        private Truncate truncate;
        private OptionalInt slots;
        private OptionalInt slotLength;
        private OptionalInt longSlots;
        private OptionalInt longSlotLength;
        private Optional<WeightType> weights;
        private OptionalLong memory;
        private DeviceSettings device;
        private int waitingRoom;
        private int threads;
        private OptionalInt reservedSlots;
        private Duration stallBudget;
        private Optional<Duration> bulkQuantum;
        private List<String> lanes;

        Draft(EngineConfig config) {
            checkpoint = config.checkpoint;
            modelName = config.modelName;
            template = config.template;
            imageMode = config.imageMode;
            truncate = config.truncate;
            slots = config.slots;
            slotLength = config.slotLength;
            longSlots = config.longSlots;
            longSlotLength = config.longSlotLength;
            weights = config.weights;
            memory = config.memory;
            device = config.device;
            waitingRoom = config.waitingRoom;
            threads = config.threads;
            reservedSlots = config.reservedSlots;
            stallBudget = config.stallBudget;
            bulkQuantum = config.bulkQuantum;
            lanes = config.lanes;
        }

        EngineConfig build() {
            return new EngineConfig(
                    checkpoint,
                    modelName,
                    template,
                    imageMode,
                    truncate,
                    slots,
                    slotLength,
                    longSlots,
                    longSlotLength,
                    weights,
                    memory,
                    device,
                    waitingRoom,
                    threads,
                    reservedSlots,
                    stallBudget,
                    bulkQuantum,
                    lanes);
        }
    }

    private static String nameOf(Path directory) {
        Path name = directory.toAbsolutePath().normalize().getFileName();
        return name == null ? "model" : name.toString();
    }

    private static void require(boolean holds, String setting, Object found, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(setting, found, expected));
        }
    }
}
