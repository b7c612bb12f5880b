package io.lavastream.topics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Applies the contract to a cluster, and compares a cluster with it. Does not own the {@link Admin} client. */
public final class TopicAdmin {
    private static final Duration KNOWN_WITHIN = Duration.ofSeconds(20);

    private final Admin admin;
    private final TopicSettings settings;

    public TopicAdmin(Admin admin, TopicSettings settings) {
        this.admin = admin;
        this.settings = settings;
    }

    /** One setting of one topic that is not as the contract says. */
    public record Difference(String topic, String setting, String found, String expected) {
        @Override
        public String toString() {
            return "%s: %s is %s (expected: %s)".formatted(topic, setting, found, expected);
        }
    }

    /**
     * Creates what is missing and returns its names; what exists is left as it is. Ends when the broker knows all of them, which
     * it does a moment after the controller has created them.
     *
     * @throws IllegalStateException if it does not come to know them
     */
    public List<String> create(List<Topic> topics) {
        List<NewTopic> wanted =
                topics.stream()
                        .map(
                                topic ->
                                        new NewTopic(
                                                        topic.name(),
                                                        settings.partitions(),
                                                        settings.replicationFactor())
                                                .configs(settingsOf(topic)))
                        .toList();
        List<String> created = new ArrayList<>();
        admin.createTopics(wanted)
                .values()
                .forEach(
                        (name, result) -> {
                            try {
                                get(result);
                                created.add(name);
                            } catch (TopicExistsException e) {
                                // Left as it is; check() tells whether it fits.
                            }
                        });
        awaitKnown(topics);
        return created.stream().sorted().toList();
    }

    /** Each look waits for the broker, so there are not many of them. */
    private void awaitKnown(List<Topic> topics) {
        long end = System.nanoTime() + KNOWN_WITHIN.toNanos();
        List<String> missing = missing(topics);
        while (!missing.isEmpty()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "topics: %s not known to the broker %d s after they were created"
                                .formatted(missing, KNOWN_WITHIN.toSeconds()));
            }
            missing = missing(topics);
        }
    }

    /** Names of topics that do not exist. Needs no more than the right to describe them, unlike {@link #check}. */
    public List<String> missing(List<Topic> topics) {
        Map<String, TopicDescription> found = describe(topics);
        return topics.stream().map(Topic::name).filter(name -> !found.containsKey(name)).toList();
    }

    /**
     * Compares the cluster with the contract. An existing topic may have another number of partitions than
     * configured, as long as its whole group has it.
     */
    public List<Difference> check(List<Topic> topics) {
        Map<String, TopicDescription> found = describe(topics);
        List<Difference> differences = new ArrayList<>();
        for (Topic topic : topics) {
            if (!found.containsKey(topic.name())) {
                differences.add(new Difference(topic.name(), "topic", "missing", "present"));
            }
        }
        List<Topic> present =
                topics.stream().filter(topic -> found.containsKey(topic.name())).toList();
        differences.addAll(unequalPartitions(present, found));
        differences.addAll(differentConfigs(present));
        return differences;
    }

    private static List<Difference> unequalPartitions(
            List<Topic> topics, Map<String, TopicDescription> found) {
        Map<Topic.Group, Map<Integer, List<String>>> counts = new EnumMap<>(Topic.Group.class);
        for (Topic topic : topics) {
            if (topic.group() != Topic.Group.CLIENTS) {
                int partitions = found.get(topic.name()).partitions().size();
                counts.computeIfAbsent(topic.group(), group -> new TreeMap<>())
                        .computeIfAbsent(partitions, count -> new ArrayList<>())
                        .add(topic.name());
            }
        }
        List<Difference> differences = new ArrayList<>();
        counts.forEach(
                (group, byCount) -> {
                    if (byCount.size() > 1) {
                        Map.Entry<Integer, List<String>> most =
                                byCount.entrySet().stream()
                                        .max(
                                                Map.Entry.comparingByValue(
                                                        (a, b) ->
                                                                Integer.compare(
                                                                        a.size(), b.size())))
                                        .orElseThrow();
                        byCount.forEach(
                                (count, names) -> {
                                    if (!count.equals(most.getKey())) {
                                        names.forEach(
                                                name ->
                                                        differences.add(
                                                                new Difference(
                                                                        name,
                                                                        "partitions",
                                                                        count.toString(),
                                                                        most.getKey()
                                                                                + ", as "
                                                                                + most.getValue()
                                                                                        .get(0))));
                                    }
                                });
                    }
                });
        return differences;
    }

    private List<Difference> differentConfigs(List<Topic> topics) {
        List<ConfigResource> resources =
                topics.stream()
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                        .toList();
        Map<ConfigResource, Config> configs = get(admin.describeConfigs(resources).all());
        List<Difference> differences = new ArrayList<>();
        for (Topic topic : topics) {
            Config config =
                    configs.get(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()));
            settingsOf(topic)
                    .forEach(
                            (setting, expected) -> {
                                String found = config.get(setting).value();
                                if (!expected.equals(found)) {
                                    differences.add(
                                            new Difference(topic.name(), setting, found, expected));
                                }
                            });
        }
        return differences;
    }

    private Map<String, TopicDescription> describe(List<Topic> topics) {
        Map<String, TopicDescription> found = new TreeMap<>();
        admin.describeTopics(topics.stream().map(Topic::name).collect(Collectors.toList()))
                .topicNameValues()
                .forEach(
                        (name, description) -> {
                            try {
                                found.put(name, get(description));
                            } catch (UnknownTopicOrPartitionException e) {
                                // Reported as missing.
                            }
                        });
        return found;
    }

    private Map<String, String> settingsOf(Topic topic) {
        Map<String, String> settingsByName = new TreeMap<>();
        settingsByName.put(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_DELETE);
        settingsByName.put(
                TopicConfig.RETENTION_MS_CONFIG, Long.toString(topic.retention().toMillis()));
        settingsByName.put(
                TopicConfig.SEGMENT_MS_CONFIG, Long.toString(topic.segment().toMillis()));
        settingsByName.put(
                TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(topic.maxMessageBytes()));
        settingsByName.put(
                TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
                Integer.toString(settings.minInsyncReplicas()));
        return settingsByName;
    }

    private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new KafkaException(e.getCause());
        }
    }
}
