package io.lavastream.loadtests.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.loadtests.LoadTests;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A few seconds of what takes half an hour: that nothing is lost. */
class SoakCommandIT {
    @Test
    void everyRequestHasAnOutcomeAndEverySlotIsFree() throws IOException, InterruptedException {
        StringWriter out = new StringWriter();
        SoakCommand command = new SoakCommand();
        CommandLine commandLine = new CommandLine(command).setOut(new PrintWriter(out, true));
        commandLine.parseArgs("--seed", "7", "--growth", "1000");

        int code = command.run(Duration.ofSeconds(4));

        assertThat(code).as(out.toString()).isZero();
        JsonNode last = JsonMapper.builder().build().readTree(out.toString());
        assertThat(last.get("soak").asText()).isEqualTo("whole");
        assertThat(last.get("submitted").asInt()).isGreaterThan(50);
        assertThat(last.get("withoutOutcome").asInt()).isZero();
        assertThat(last.get("slotsHeld").asInt()).isZero();
    }

    @Test
    void whatIsLostIsWorseThanMemoryThatGrew() {
        assertThat(SoakCommand.exitCode(new EngineSoak.Result(true, 32), 32)).isZero();
        assertThat(SoakCommand.exitCode(new EngineSoak.Result(true, 33), 32)).isEqualTo(3);
        assertThat(SoakCommand.exitCode(new EngineSoak.Result(false, 33), 32)).isEqualTo(1);
    }

    @Test
    void noTimeIsRefused() {
        StringWriter err = new StringWriter();
        CommandLine commandLine = LoadTests.commandLine();
        commandLine.setErr(new PrintWriter(err, true));

        assertThat(commandLine.execute("bench", "soak", "--minutes", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("minutes: 0 (expected: >= 3");
    }
}
