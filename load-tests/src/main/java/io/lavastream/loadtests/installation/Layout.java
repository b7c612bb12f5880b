package io.lavastream.loadtests.installation;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.standalone.cli.Home;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How the processes of an installation run. Immutable.
 *
 * @param jvm options of every process's JVM, its heap among them
 * @param smallDisks whether ingest and job keep their state on small file systems of their own, which can be full
 * @param delivery what ingest guarantees
 * @param job what the job's process runs
 */
public record Layout(List<String> jvm, boolean smallDisks, Delivery delivery, Job job) {
    private static final String ONE_DNN = "TF_ENABLE_ONEDNN_OPTS";

    public Layout {
        jvm = List.copyOf(jvm);
    }

    /** The shipped model and a quick start: for processes that are killed all the time. */
    public static Layout small() {
        return new Layout(
                List.of("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                true,
                Delivery.EXACTLY_ONCE,
                new Served(Home.model()));
    }

    /** As the {@code lavastream} command runs, with its heap. */
    public static Layout shipped(Delivery delivery, Job job) {
        return new Layout(
                List.of("-Xms64m", "-Xmx1g", "-XX:+UseSerialGC", "-Xshare:auto"),
                false,
                delivery,
                job);
    }

    /** What the job's process runs. */
    public sealed interface Job {
        /** Main class and arguments. */
        List<String> program(
                String bootstrapServers, String registryUrl, Path data, List<String> serve);
    }

    /**
     * {@code serve --roles job}.
     *
     * @param model its directory
     */
    public record Served(Path model) implements Job {
        @Override
        public List<String> program(
                String bootstrapServers, String registryUrl, Path data, List<String> serve) {
            List<String> program = new ArrayList<>(serve);
            program.addAll(List.of("--model", model.toString()));
            return program;
        }
    }

    /**
     * A program that starts the job by itself, by {@link JobProgram}.
     *
     * @param arguments after the three that every such program has
     */
    public record Own(Class<?> main, List<String> arguments) implements Job {
        public Own {
            arguments = List.copyOf(arguments);
        }

        @Override
        public List<String> program(
                String bootstrapServers, String registryUrl, Path data, List<String> serve) {
            List<String> program = new ArrayList<>();
            program.addAll(List.of(main.getName(), bootstrapServers, registryUrl, data.toString()));
            program.addAll(arguments);
            return program;
        }
    }

    /** What every JVM needs for TensorFlow, Flink and Kafka, and the properties that say where things are. */
    List<String> jvmOptions() {
        List<String> options = new ArrayList<>(jvm);
        options.add("-XX:PerfDataSamplingInterval=1000");
        options.add("-Dorg.bytedeco.javacpp.maxbytes=0");
        options.add("-Dorg.bytedeco.javacpp.maxphysicalbytes=0");
        options.add("-Dorg.apache.avro.SERIALIZABLE_PACKAGES=io.lavastream.schemas");
        for (String name : List.of("lavastream.home", "lavastream.registry.home")) {
            if (System.getProperty(name) != null) {
                options.add("-D%s=%s".formatted(name, System.getProperty(name)));
            }
        }
        for (String opened : List.of("lang", "util", "util.concurrent", "nio", "net", "time")) {
            options.add("--add-opens=java.base/java.%s=ALL-UNNAMED".formatted(opened));
        }
        return options;
    }

    /**
     * Variables of every process's environment. Whether TensorFlow uses oneDNN, which speeds large matrices and delays small
     * ones, is as in this process: what runs here and there is compared.
     */
    Map<String, String> environment() {
        return Map.of(
                "TF_CPP_MIN_LOG_LEVEL", "2", ONE_DNN, System.getenv().getOrDefault(ONE_DNN, "0"));
    }
}
