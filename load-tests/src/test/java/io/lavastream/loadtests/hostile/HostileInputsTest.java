package io.lavastream.loadtests.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.loadtests.hostile.HostileInput.End;
import io.lavastream.schemas.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HostileInputsTest {
    private static final HostileInputs.Target TARGET =
            new HostileInputs.Target(
                    1, 2, 3, HostileInputsTest::encoded, 80, "127.0.0.1:81", "localhost:80");

    private final List<HostileInput> inputs = HostileInputs.of(TARGET, 1);

    private static byte[] encoded(Question question) {
        try {
            return question.toByteBuffer().array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void areMoreThanAThousandWithFortyForbiddenAddresses() {
        assertThat(inputs).hasSizeGreaterThanOrEqualTo(1_000);
        assertThat(inputs.stream().filter(input -> input.name().startsWith("address ")))
                .hasSizeGreaterThanOrEqualTo(40);
        assertThat(inputs.stream().filter(input -> input.end() instanceof End.DeadLetter))
                .hasSizeGreaterThanOrEqualTo(200);
    }

    @Test
    void haveIdsOfTheirOwnWhereTheyHaveAnOutcome() {
        List<String> ids = new ArrayList<>();
        for (HostileInput input : inputs) {
            if (input.end() instanceof End.Outcome) {
                ids.add(input.requestId());
            }
        }

        assertThat(new HashSet<>(ids)).hasSameSizeAs(ids).doesNotContain("");
    }

    @Test
    void areTheSameForTheSameSeed() {
        List<HostileInput> again = HostileInputs.of(TARGET, 1);
        List<HostileInput> others = HostileInputs.of(TARGET, 2);

        assertThat(again).hasSameSizeAs(inputs);
        for (int i = 0; i < inputs.size(); i++) {
            assertThat(again.get(i).value()).isEqualTo(inputs.get(i).value());
        }
        assertThat(
                        IntStream.range(0, inputs.size())
                                .filter(
                                        i ->
                                                !Arrays.equals(
                                                        inputs.get(i).value(),
                                                        others.get(i).value()))
                                .count())
                .isGreaterThan(600);
    }

    @Test
    void bombsAreSmall() {
        assertThat(inputs.stream().filter(input -> input.name().contains("bomb")))
                .hasSizeGreaterThan(50);
        assertThat(Bombs.pngWithText(64 << 20)).hasSizeLessThan(300_000);
        for (int kind = 0; kind < 6; kind++) {
            assertThat(Bombs.of(kind, 40_000)).as("kind %d", kind).hasSizeLessThan(20_000);
        }
    }
}
