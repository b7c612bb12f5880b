package io.lavastream.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.schemas.FailureCode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DemoReportTest {
    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);

    @Test
    void printsAnAnswerAsAnObject() throws Exception {
        new DemoJson(out)
                .result(
                        new DemoResult(
                                Replies.question("a", "Red"), Replies.answered("a", "Blue"), 42));

        JsonNode line = new ObjectMapper().readTree(text());
        assertThat(line.get("request_id").textValue()).isEqualTo("a");
        assertThat(line.get("image").textValue()).isEqualTo("images/a.jpg");
        assertThat(line.get("question").textValue()).isEqualTo("What color?");
        assertThat(line.get("answer").textValue()).isEqualTo("Blue");
        assertThat(line.get("expected").textValue()).isEqualTo("Red");
        assertThat(line.get("millis").longValue()).isEqualTo(42);
        assertThat(line.has("failure")).isFalse();
    }

    @Test
    void printsAFailureAsAnObject() throws Exception {
        new DemoJson(out)
                .result(
                        new DemoResult(
                                Replies.broken("a", FailureCode.IMAGE_CORRUPT),
                                Replies.failed("a", FailureCode.IMAGE_CORRUPT, "cut off"),
                                42));

        JsonNode line = new ObjectMapper().readTree(text());
        assertThat(line.get("failure").get("code").textValue()).isEqualTo("IMAGE_CORRUPT");
        assertThat(line.get("failure").get("detail").textValue()).isEqualTo("cut off");
        assertThat(line.has("answer")).isFalse();
    }

    @Test
    void printsARowOnOneLine() {
        new DemoTable(out)
                .result(
                        new DemoResult(
                                Replies.question("a", "Red"),
                                Replies.answered("a", "Red\nor"),
                                42));

        assertThat(text().lines()).hasSize(1);
        assertThat(text())
                .containsSubsequence("a ", "images/a.jpg", "Red or", "Red", "42", "wrong");
    }

    @Test
    void cutsAndFillsColumnsByTerminalCells() {
        assertThat(Column.fit("abc", 5)).isEqualTo("abc  ");
        assertThat(Column.fit("abcdef", 5)).isEqualTo("abcd…");
        assertThat(Column.fit("圆形是什么", 7)).isEqualTo("圆形是…");
        assertThat(Column.fit("圆形是什么", 6)).isEqualTo("圆形… ");
        assertThat(Column.fitRight("42", 5)).isEqualTo("   42");
    }

    private String text() {
        return written.toString(StandardCharsets.UTF_8);
    }
}
