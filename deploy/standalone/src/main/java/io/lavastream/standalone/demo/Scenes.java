package io.lavastream.standalone.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.StartupException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A folder of labelled scenes: image files, and a {@code questions.jsonl} with one JSON object a line. Immutable.
 *
 * <p>Fields of a line: {@code request_id}, {@code image}, {@code question}; and optional {@code answer}, {@code
 * reference_answer}, {@code failure} (the expected {@link FailureCode}) and {@code kind}.
 */
public final class Scenes {
    private static final String QUESTIONS = "questions.jsonl";

    private final Path directory;
    private final List<SceneQuestion> questions;

    private Scenes(Path directory, List<SceneQuestion> questions) {
        this.directory = directory;
        this.questions = List.copyOf(questions);
    }

    /**
     * Reads {@code questions.jsonl} in {@code directory}.
     *
     * @throws StartupException naming file, line and field, when it is not of the format
     */
    public static Scenes in(Path directory) {
        Path file = directory.resolve(QUESTIONS);
        List<String> lines = linesOf(file);
        List<SceneQuestion> questions = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).isBlank()) {
                continue;
            }
            SceneQuestion question = new Line(file, i + 1, lines.get(i)).question();
            if (!ids.add(question.requestId())) {
                throw new StartupException(
                        "%s, line %d: request_id %s (expected: each once)"
                                .formatted(file, i + 1, question.requestId()));
            }
            questions.add(question);
        }
        if (questions.isEmpty()) {
            throw new StartupException("%s: no questions (expected: at least one)".formatted(file));
        }
        return new Scenes(directory, questions);
    }

    /** In the file's order. */
    public List<SceneQuestion> questions() {
        return questions;
    }

    /**
     * The bytes of a question's image file, whatever they are.
     *
     * @throws StartupException when there is no such file
     */
    public byte[] imageOf(SceneQuestion question) {
        Path file = directory.resolve(question.image());
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new StartupException(
                    "%s: cannot be read (expected: image of %s)"
                            .formatted(file, question.requestId()),
                    e);
        }
    }

    private static List<String> linesOf(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new StartupException(
                    "%s: cannot be read (expected: one JSON object a line)".formatted(file), e);
        }
    }

    /** One line, with its place for messages. */
    private record Line(Path file, int number, String text) {
        private static final ObjectMapper JSON = new ObjectMapper();

        SceneQuestion question() {
            JsonNode json = parse();
            return new SceneQuestion(
                    required(json, "request_id"),
                    required(json, "image"),
                    required(json, "question"),
                    optional(json, "answer"),
                    optional(json, "reference_answer"),
                    optional(json, "failure").map(this::failureCode),
                    optional(json, "kind").orElse(""));
        }

        private JsonNode parse() {
            try {
                return JSON.readTree(text);
            } catch (JsonProcessingException e) {
                throw wrong("not JSON", "one JSON object");
            }
        }

        private String required(JsonNode json, String field) {
            return optional(json, field).orElseThrow(() -> wrong(field + ": missing", "a text"));
        }

        private Optional<String> optional(JsonNode json, String field) {
            JsonNode value = json.path(field);
            if (value.isMissingNode() || value.isNull()) {
                return Optional.empty();
            }
            if (!value.isTextual()) {
                throw wrong(field + ": " + value, "a text");
            }
            return Optional.of(value.textValue());
        }

        private FailureCode failureCode(String name) {
            try {
                return FailureCode.valueOf(name);
            } catch (IllegalArgumentException e) {
                throw wrong("failure: " + name, "one of " + List.of(FailureCode.values()));
            }
        }

        private StartupException wrong(String found, String expected) {
            return new StartupException(
                    "%s, line %d: %s (expected: %s)".formatted(file, number, found, expected));
        }
    }
}
