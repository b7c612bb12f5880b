package io.lavastream.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.lavastream.engine.CheckpointException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A hundred mutations of a good checkpoint, in both layouts, each opened as a user's model is: all are refused in one line that names
 * file, value found and value expected; none ends or stops the process. A mutation that leaves the same model is not counted.
 */
class MalformedCheckpointTest {
    private static final int MUTATIONS = 100;

    /** Of a case that takes milliseconds; the machine may be busy. */
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @TempDir private Path root;

    /** What a model is made of, to tell whether a mutation changed it. */
    private record Content(LlavaConfig config, Map<String, Integer> tensors) {}

    @Test
    void aHundredMutationsAreEachRefused() throws IOException {
        Random random = new Random(7);
        Map<String, Integer> refused = new LinkedHashMap<>();
        for (int i = 0; total(refused) < MUTATIONS; i++) {
            assertThat(i).as("tries; refused: %s", refused).isLessThan(2 * MUTATIONS);
            Mutation mutation = Mutation.ALL.get(i % Mutation.ALL.size());
            Path model = root.resolve("case" + i).resolve("llava");
            Mutation.writeGood(model, mutation.layout());
            Content good = content(model);
            mutation.apply(model, random);

            Optional<String> message =
                    assertTimeoutPreemptively(
                            LIMIT,
                            () -> refusal(model, good),
                            () -> "%s, try %s".formatted(mutation, model));

            message.ifPresent(
                    text -> {
                        assertThat(text).as(mutation.name()).startsWith(root.toString());
                        assertThat(text)
                                .as(mutation.name())
                                .containsAnyOf("(expected: ", "not valid JSON: ");
                        assertThat(text.lines()).as(text).hasSize(1);
                        assertThat(text.length()).as(text).isLessThan(1_000);
                        refused.merge(mutation.name(), 1, Integer::sum);
                    });
        }
        assertThat(refused).as("every kind").hasSameSizeAs(Mutation.ALL);
    }

    /** The message with which {@code model} is refused; empty where it is the same model still. */
    private static Optional<String> refusal(Path model, Content good) {
        Content found;
        try {
            found = content(model);
        } catch (CheckpointException e) {
            return Optional.of(e.getMessage());
        }
        assertThat(found).as("an accepted mutation of %s", model).isEqualTo(good);
        return Optional.empty();
    }

    private static Content content(Path model) {
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            checkpoint.requireTensors();
            Map<String, Integer> tensors = new LinkedHashMap<>();
            for (TensorShape tensor : ModelTensors.used(checkpoint.config())) {
                int[] hash = {checkpoint.type(tensor.name()).hashCode()};
                checkpoint.read(
                        tensor.name(),
                        (offset, values, count) ->
                                hash[0] =
                                        31 * hash[0]
                                                + Arrays.hashCode(Arrays.copyOf(values, count)));
                tensors.put(tensor.name(), hash[0]);
            }
            return new Content(checkpoint.config(), tensors);
        }
    }

    private static int total(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }
}
