package io.lavastream.job;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import io.lavastream.job.JobConfig.Checkpoints;
import io.lavastream.job.JobConfig.Images;
import io.lavastream.job.JobConfig.Lane;
import io.lavastream.job.images.UriPolicy;
import io.lavastream.serialization.RegistrySettings;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The job's settings as they stand in a properties file. Keys that begin with {@code kafka.} or {@code registry.} go, with
 * that beginning cut off, to the clients of that name; of the rest, an unknown key is an error.
 */
final class JobProperties {
    private static final String KAFKA = "kafka.";
    private static final String REGISTRY = "registry.";

    private static final Set<String> KEYS =
            Set.of(
                    "base",
                    "bootstrap-servers",
                    "schema-registry-url",
                    "lanes",
                    "parallelism",
                    "request-timeout",
                    "checkpoint-directory",
                    "checkpoint-interval",
                    "image-mode",
                    "image-timeout",
                    "image-uri-directories",
                    "image-uri-hosts",
                    "image-uri-private-hosts",
                    "model",
                    "weights",
                    "memory",
                    "slots",
                    "slot-length",
                    "long-slots",
                    "long-slot-length",
                    "reserved-slots",
                    "stall-budget",
                    "bulk-quantum",
                    "template",
                    "threads",
                    "truncate",
                    "vision-tower",
                    "waiting-room");

    private final Properties properties;

    JobProperties(Properties properties) {
        this.properties = properties;
        for (String key : properties.stringPropertyNames()) {
            if (!KEYS.contains(key) && !key.startsWith(KAFKA) && !key.startsWith(REGISTRY)) {
                throw new IllegalArgumentException(
                        "%s: unknown setting (expected: one of %s)"
                                .formatted(key, KEYS.stream().sorted().toList()));
            }
        }
    }

    JobConfig job() {
        UriPolicy none = UriPolicy.NONE;
        UriPolicy uris =
                new UriPolicy(
                        Set.copyOf(list("image-uri-hosts")),
                        Set.copyOf(list("image-uri-private-hosts")),
                        Set.copyOf(list("image-uri-directories")),
                        none.maxBytes(),
                        none.timeout());
        return new JobConfig(
                new KafkaSettings(required("bootstrap-servers"), startingWith(KAFKA)),
                new RegistrySettings(required("schema-registry-url"), startingWith(REGISTRY)),
                lanes(),
                integer("parallelism", 1),
                duration("request-timeout", JobConfig.DEFAULT_REQUEST_TIMEOUT),
                new Images(
                        Images.DEFAULT.readers(),
                        Images.DEFAULT.cacheBytes(),
                        duration("image-timeout", Images.DEFAULT.timeout()),
                        uris),
                new Checkpoints(
                        URI.create(required("checkpoint-directory")),
                        duration("checkpoint-interval", Checkpoints.DEFAULT_INTERVAL),
                        Checkpoints.DEFAULT_RETAINED));
    }

    EngineConfig engine() {
        EngineConfig config =
                EngineConfig.defaults(Path.of(required("model")))
                        .withLanes(lanes().stream().map(Lane::name).toList());
        config = config.withThreads(integer("threads", config.threads()));
        config = config.withWaitingRoom(integer("waiting-room", config.waitingRoom()));
        if (properties.containsKey("vision-tower")) {
            config = config.withVisionTower(Path.of(required("vision-tower")));
        }
        if (properties.containsKey("base")) {
            config = config.withBase(Path.of(required("base")));
        }
        if (properties.containsKey("template")) {
            config = config.withTemplate(required("template"));
        }
        if (properties.containsKey("image-mode")) {
            config = config.withImageMode(required("image-mode"));
        }
        if (properties.containsKey("truncate")) {
            config = config.withTruncate(truncate());
        }
        if (properties.containsKey("weights")) {
            config = config.withWeights(weights(required("weights")));
        }
        if (properties.containsKey("memory")) {
            config = config.withMemory(bytes(required("memory")));
        }
        return withSlots(config);
    }

    private EngineConfig withSlots(EngineConfig otherwise) {
        EngineConfig config =
                otherwise.withStallBudget(duration("stall-budget", otherwise.stallBudget()));
        if (properties.containsKey("bulk-quantum")) {
            config = config.withBulkQuantum(duration("bulk-quantum", Duration.ZERO));
        }
        if (properties.containsKey("slots")) {
            config = config.withSlots(integer("slots", 0));
        }
        if (properties.containsKey("slot-length")) {
            config = config.withSlotLength(integer("slot-length", 0));
        }
        if (properties.containsKey("long-slots")) {
            config = config.withLongSlots(integer("long-slots", 0));
        }
        if (properties.containsKey("long-slot-length")) {
            config = config.withLongSlotLength(integer("long-slot-length", 0));
        }
        return properties.containsKey("reserved-slots")
                ? config.withReservedSlots(integer("reserved-slots", 0))
                : config;
    }

    private EngineConfig.Truncate truncate() {
        String value = required("truncate");
        return switch (value) {
            case "none" -> EngineConfig.Truncate.NONE;
            case "reference" -> EngineConfig.Truncate.REFERENCE;
            default -> throw wrong("truncate", value, "none or reference");
        };
    }

    private static WeightType weights(String label) {
        return Stream.of(WeightType.values())
                .filter(type -> type.label().equals(label))
                .findFirst()
                .orElseThrow(() -> wrong("weights", label, "f32, fp16, bf16 or int8"));
    }

    private static long bytes(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw wrong("memory", text, "a number of bytes");
        }
    }

    /** {@code name:capacity}, several separated by commas, the first served first. */
    private List<Lane> lanes() {
        List<Lane> lanes = new ArrayList<>();
        for (String entry : list("lanes")) {
            int colon = entry.indexOf(':');
            if (colon < 0) {
                throw wrong("lanes", entry, "name:capacity");
            }
            lanes.add(
                    new Lane(
                            entry.substring(0, colon),
                            parsed("lanes", entry.substring(colon + 1))));
        }
        return lanes;
    }

    private Map<String, String> startingWith(String prefix) {
        Map<String, String> settings = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            if (key.startsWith(prefix)) {
                settings.put(key.substring(prefix.length()), properties.getProperty(key));
            }
        }
        return settings;
    }

    private String required(String key) {
        String value = properties.getProperty(key, "").strip();
        if (value.isEmpty()) {
            throw wrong(key, "nothing", "a value");
        }
        return value;
    }

    private List<String> list(String key) {
        String value = properties.getProperty(key, "").strip();
        return value.isEmpty() ? List.of() : List.of(value.split("\\s*,\\s*"));
    }

    private int integer(String key, int otherwise) {
        String value = properties.getProperty(key);
        return value == null ? otherwise : parsed(key, value);
    }

    private Duration duration(String key, Duration otherwise) {
        String value = properties.getProperty(key);
        return value == null ? otherwise : Duration.ofMillis(parsed(key, value));
    }

    private static int parsed(String key, String value) {
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException e) {
            throw wrong(key, value, "a whole number");
        }
    }

    private static IllegalArgumentException wrong(String key, String found, String expected) {
        return new IllegalArgumentException(
                "%s: %s (expected: %s)".formatted(key, found, expected));
    }
}
