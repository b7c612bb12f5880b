package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import io.lavastream.engine.reference.Reference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultTemplateTest {
    @TempDir private Path directory;

    @Test
    void recognizesThePublishedChatTemplate() {
        Path published = Reference.path("real-configs").resolve("llava-1.5-7b-hf");

        assertThat(DefaultTemplate.of(published))
                .isEqualTo(new Choice("hf_llava", "chat template of chat_template.jinja"));
    }

    @Test
    void recognizesATemplateByItsSystemText() throws IOException {
        Files.writeString(
                directory.resolve("tokenizer_config.json"),
                "{\"chat_template\": \"A chat between a curious user and an ...\"}");

        assertThat(DefaultTemplate.of(directory))
                .isEqualTo(new Choice("vicuna_v1", "chat template of tokenizer_config.json"));
    }

    @Test
    void fallsBackWhereThereIsNoTemplateAndRefusesAnUnknownOne() throws IOException {
        assertThat(DefaultTemplate.of(directory))
                .isEqualTo(new Choice("llava_v1", "the model has no chat template"));

        Files.writeString(directory.resolve("chat_template.jinja"), "{{ messages }}");

        assertThatThrownBy(() -> DefaultTemplate.of(directory))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("not a known one (expected: --template with one of ");
    }
}
