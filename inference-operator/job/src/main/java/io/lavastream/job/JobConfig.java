package io.lavastream.job;

import static java.util.Objects.requireNonNull;

import io.lavastream.job.images.UriPolicy;
import io.lavastream.serialization.RegistrySettings;
import io.lavastream.topics.Lanes;
import java.io.Serializable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the job. Immutable, checked on construction, serializable.
 *
 * @param kafka the brokers
 * @param registry the schema registry
 * @param lanes the lanes that this job serves
 * @param parallelism subtasks of every operator: one for each process that holds an engine
 * @param requestTimeout longest time from a request's arrival in the job to its outcome, deadline or not; its wait for the
 *     engine counts
 * @param images how images are read
 * @param checkpoints where and how often the job writes down where it stands
 */
public record JobConfig(
        KafkaSettings kafka,
        RegistrySettings registry,
        List<Lane> lanes,
        int parallelism,
        Duration requestTimeout,
        Images images,
        Checkpoints checkpoints)
        implements Serializable {

    /** Against requests that are lost: a slow model with a full engine must not come near it. */
    public static final Duration DEFAULT_REQUEST_TIMEOUT = Duration.ofHours(6);

    public JobConfig {
        requireNonNull(kafka, "kafka");
        requireNonNull(registry, "registry");
        lanes = List.copyOf(lanes);
        Lanes.checked(lanes.stream().map(Lane::name).toList());
        require(parallelism >= 1, "parallelism", parallelism, ">= 1");
        require(requestTimeout.toMillis() >= 1, "request-timeout", requestTimeout, "> 0");
        requireNonNull(images, "images");
        requireNonNull(checkpoints, "checkpoints");
    }

    /** The defaults, with one subtask a lane. */
    public static JobConfig of(
            String bootstrapServers, String registryUrl, List<Lane> lanes, Path checkpoints) {
        return new JobConfig(
                KafkaSettings.of(bootstrapServers),
                RegistrySettings.of(registryUrl),
                lanes,
                1,
                DEFAULT_REQUEST_TIMEOUT,
                Images.DEFAULT,
                Checkpoints.in(checkpoints));
    }

    public JobConfig withParallelism(int subtasks) {
        return new JobConfig(kafka, registry, lanes, subtasks, requestTimeout, images, checkpoints);
    }

    public JobConfig withRequestTimeout(Duration timeout) {
        return new JobConfig(kafka, registry, lanes, parallelism, timeout, images, checkpoints);
    }

    public JobConfig withImages(Images settings) {
        return new JobConfig(
                kafka, registry, lanes, parallelism, requestTimeout, settings, checkpoints);
    }

    public JobConfig withCheckpoints(Checkpoints settings) {
        return new JobConfig(kafka, registry, lanes, parallelism, requestTimeout, images, settings);
    }

    /** Most requests of all lanes and subtasks that the job hands to engines at the same time. */
    public int places() {
        return parallelism * lanes.stream().mapToInt(Lane::capacity).sum();
    }

    /**
     * A lane of the job.
     *
     * @param name as in the topics
     * @param capacity most of its requests in progress in one subtask; what comes above waits in the topic
     */
    public record Lane(String name, int capacity) implements Serializable {
        public Lane {
            requireNonNull(name, "lane");
            require(capacity >= 1, "capacity of lane '" + name + "'", capacity, ">= 1");
        }
    }

    /**
     * How images are read.
     *
     * @param readers consumers, each with a thread, a subtask
     * @param cacheBytes image bytes kept in memory a subtask
     * @param timeout longest time from a request's arrival to its last image
     * @param uris which addresses may be fetched
     */
    public record Images(int readers, long cacheBytes, Duration timeout, UriPolicy uris)
            implements Serializable {
        public static final Images DEFAULT =
                new Images(2, 32L << 20, Duration.ofMinutes(10), UriPolicy.NONE);

        public Images {
            require(readers >= 1, "image-readers", readers, ">= 1");
            require(cacheBytes >= 0, "image-cache-bytes", cacheBytes, ">= 0");
            require(timeout.toMillis() >= 1, "image-timeout", timeout, "> 0");
            requireNonNull(uris, "uris");
        }
    }

    /**
     * Where the job writes down where it stands.
     *
     * @param directory one for each job; a local file address for {@link InferenceJob}
     * @param interval from one checkpoint to the next
     * @param retained newest checkpoints that are kept
     */
    public record Checkpoints(URI directory, Duration interval, int retained)
            implements Serializable {
        public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(10);
        public static final int DEFAULT_RETAINED = 3;

        /** Flink refuses shorter intervals. */
        private static final int SHORTEST_INTERVAL_MILLIS = 10;

        public Checkpoints {
            requireNonNull(directory, "checkpoint-directory");
            require(
                    directory.getScheme() != null,
                    "checkpoint-directory",
                    directory,
                    "an address with a scheme");
            require(
                    interval.toMillis() >= SHORTEST_INTERVAL_MILLIS,
                    "checkpoint-interval",
                    interval,
                    ">= 10 ms");
            require(retained >= 1, "retained-checkpoints", retained, ">= 1");
        }

        /** The defaults, in a local directory. */
        public static Checkpoints in(Path directory) {
            return new Checkpoints(
                    directory.toAbsolutePath().toUri(), DEFAULT_INTERVAL, DEFAULT_RETAINED);
        }
    }

    private static void require(boolean condition, String setting, Object found, String expected) {
        if (!condition) {
            throw new IllegalArgumentException(
                    "%s: %s (expected: %s)".formatted(setting, found, expected));
        }
    }
}
