package io.lavastream.job;

import io.lavastream.job.JobConfig.Lane;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;

/** Lanes that a checkpoint knows and the job no longer serves. */
final class UnservedLanes {
    private static final String METADATA_FILE = "_metadata";

    /** How {@link InferencePipeline} begins the uid of a lane's operator; the lane's name follows. */
    private static final String INFERENCE_UID = "inference-";

    private UnservedLanes() {}

    /** Names of lanes whose state in the local directory {@code checkpoint} nobody would take over. */
    static Set<String> of(URI checkpoint, JobConfig config) {
        Set<String> unserved = new TreeSet<>();
        for (OperatorState operator : metadata(checkpoint).getOperatorStates()) {
            operator.getOperatorUid().flatMap(UnservedLanes::lane).ifPresent(unserved::add);
        }
        unserved.removeAll(config.lanes().stream().map(Lane::name).collect(Collectors.toSet()));
        return unserved;
    }

    private static Optional<String> lane(String uid) {
        return uid.startsWith(INFERENCE_UID)
                ? Optional.of(uid.substring(INFERENCE_UID.length()))
                : Optional.empty();
    }

    private static CheckpointMetadata metadata(URI checkpoint) {
        Path file = Path.of(checkpoint).resolve(METADATA_FILE);
        try (DataInputStream input = new DataInputStream(Files.newInputStream(file))) {
            return Checkpoints.loadCheckpointMetadata(
                    input, UnservedLanes.class.getClassLoader(), checkpoint.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("checkpoint: " + file, e);
        }
    }
}
