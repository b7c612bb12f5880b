package io.lavastream.engine.runtime;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.prompt.ConversationTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds the conversation template of a model directory that names none. The directory may hold a chat template, which is a
 * program in Jinja; it is never run, only recognized.
 */
final class DefaultTemplate {
    /** What the reference's {@code run_llava.py}, {@code cli.py} and {@code predict.py} choose for v1 models. */
    static final String FALLBACK = "llava_v1";

    private static final String JINJA_FILE = "chat_template.jinja";
    private static final List<String> JSON_FILES =
            List.of("chat_template.json", "processor_config.json", "tokenizer_config.json");

    private DefaultTemplate() {}

    /** A chat template, and the file that has it. */
    private record Found(Path file, String jinja) {}

    /**
     * Name of the template that the chat template of {@code directory} is known as, or {@link #FALLBACK} where it
     * has none.
     *
     * @throws CheckpointException if it has one that is not known
     */
    static Choice of(Path directory) {
        return chatTemplate(directory)
                .map(DefaultTemplate::recognized)
                .orElseGet(() -> new Choice(FALLBACK, "the model has no chat template"));
    }

    private static Choice recognized(Found found) {
        String name =
                recognize(found.jinja())
                        .orElseThrow(
                                () ->
                                        new CheckpointException(
                                                "%s: chat template: not a known one (expected: --template with one of %s)"
                                                        .formatted(
                                                                found.file(),
                                                                String.join(
                                                                        ", ",
                                                                        ConversationTemplate
                                                                                .names()))));
        return new Choice(name, "chat template of " + found.file().getFileName());
    }

    /** By the words that only one template has: the system text, or the roles without one. */
    static Optional<String> recognize(String jinja) {
        if (jinja.contains("curious human")) {
            return Optional.of("llava_v1");
        }
        if (jinja.contains("curious user")) {
            return Optional.of("vicuna_v1");
        }
        boolean published =
                jinja.contains("message['role'].upper() + ': '") && jinja.contains("'ASSISTANT:'");
        return published ? Optional.of("hf_llava") : Optional.empty();
    }

    private static Optional<Found> chatTemplate(Path directory) {
        Path jinja = directory.resolve(JINJA_FILE);
        if (Files.exists(jinja)) {
            return Optional.of(new Found(jinja, text(jinja)));
        }
        return JSON_FILES.stream()
                .map(directory::resolve)
                .filter(Files::exists)
                .map(file -> new Found(file, json(file).path("chat_template").textValue()))
                .filter(found -> found.jinja() != null)
                .findFirst();
    }

    private static JsonNode json(Path file) {
        try {
            return JsonMapper.builder().build().readTree(text(file));
        } catch (JacksonException e) {
            throw new CheckpointException(
                    "%s: not JSON: %s".formatted(file, e.getOriginalMessage()), e);
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new CheckpointException("%s: cannot be read: %s".formatted(file, e), e);
        }
    }
}
