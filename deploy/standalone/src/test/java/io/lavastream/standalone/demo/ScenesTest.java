package io.lavastream.standalone.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScenesTest {
    @TempDir Path directory;

    @Test
    void readsOneQuestionALine() throws IOException {
        write(
                """
                {"request_id": "a", "image": "x.jpg", "question": "几?", "answer": "三个", "reference_answer": "三", "kind": "zh_count"}

                {"request_id": "b", "image": "y.jpg", "question": "What?", "failure": "IMAGE_CORRUPT"}
                """);
        Files.write(directory.resolve("x.jpg"), new byte[] {1, 2});

        Scenes scenes = Scenes.in(directory);

        assertThat(scenes.questions()).hasSize(2);
        SceneQuestion first = scenes.questions().get(0);
        assertThat(first.question()).isEqualTo("几?");
        assertThat(first.answer()).contains("三个");
        assertThat(first.referenceAnswer()).contains("三");
        assertThat(scenes.imageOf(first)).containsExactly(1, 2);
        assertThat(scenes.questions().get(1).failure()).contains(FailureCode.IMAGE_CORRUPT);
    }

    @Test
    void namesLineAndField() throws IOException {
        write("{\"request_id\": \"a\", \"image\": \"x.jpg\"}");

        assertRefused("line 1: question: missing (expected: a text)");
    }

    @Test
    void refusesAnIdThatComesTwice() throws IOException {
        String line = "{\"request_id\": \"a\", \"image\": \"x.jpg\", \"question\": \"What?\"}\n";
        write(line + line);

        assertRefused("line 2: request_id a (expected: each once)");
    }

    @Test
    void refusesAnUnknownFailure() throws IOException {
        write(
                "{\"request_id\": \"a\", \"image\": \"x\", \"question\": \"?\", \"failure\": \"BAD\"}");

        assertRefused("line 1: failure: BAD (expected: one of [UNKNOWN, EMPTY_QUESTION");
    }

    @Test
    void refusesWhatIsNotJson() throws IOException {
        write("{");

        assertRefused("line 1: not JSON (expected: one JSON object)");
    }

    @Test
    void refusesAFolderWithoutQuestions() {
        assertRefused("questions.jsonl: cannot be read (expected: one JSON object a line)");
    }

    private void write(String lines) throws IOException {
        Files.writeString(directory.resolve("questions.jsonl"), lines);
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Scenes.in(directory))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(message);
    }
}
