package io.lavastream.engine.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Equal ids with the reference's prompts, row for row. */
class PromptReferenceTest {
    private static final int HF_IMAGE = 32_000;

    @Test
    void buildsEveryPrompt() {
        assertPrompts("prompt", 32);
    }

    @Test
    void takesMarkersInUserTextForText() {
        assertPrompts("prompt_with_markers_in_user_text", 12);
    }

    @Test
    void buildsEveryChatOfTheHuggingFaceCheckpoints() {
        PromptBuilder builder =
                new PromptBuilder(tokenizer(), ConversationTemplate.named("hf_llava"));
        List<JsonNode> rows = ReferenceFiles.tokenizerCases("hf_chat");
        for (JsonNode row : rows) {
            int[] ids = builder.build(Requests.of(row)).ids();
            int[] withHfImage =
                    Arrays.stream(ids)
                            .map(id -> id == PromptTokens.IMAGE ? HF_IMAGE : id)
                            .toArray();
            assertThat(withHfImage)
                    .as(row.get("prompt").asText())
                    .containsExactly(ReferenceFiles.ints(row.get("ids_single_image_token")));
        }
        report("hf_chat", rows, 6);
    }

    @Test
    void placesImagesAnywhere() {
        Tokenizer tokenizer = tokenizer();
        List<JsonNode> rows = ReferenceFiles.tokenizerCases("tokenizer_image_token");
        for (JsonNode row : rows) {
            Rendering rendering = new Rendering(tokenizer);
            String[] pieces = row.get("prompt").asText().split("<image>", -1);
            rendering.text(pieces[0]);
            for (int i = 1; i < pieces.length; i++) {
                rendering.image().text(pieces[i]);
            }
            assertThat(rendering.toTokens().ids())
                    .as(row.get("prompt").asText())
                    .containsExactly(ReferenceFiles.ints(row.get("ids")));
        }
        report("tokenizer_image_token", rows, 8);
    }

    private static void assertPrompts(String kind, int expectedRows) {
        Tokenizer tokenizer = tokenizer();
        List<JsonNode> rows = ReferenceFiles.tokenizerCases(kind);
        for (JsonNode row : rows) {
            ConversationTemplate template =
                    ConversationTemplate.named(row.get("template").asText());
            PromptTokens tokens = new PromptBuilder(tokenizer, template).build(Requests.of(row));
            assertThat(tokens.ids())
                    .as("%s %s", row.get("template"), row.get("turns"))
                    .containsExactly(ReferenceFiles.ints(row.get("ids")));
            assertThat(tokens.images()).isEqualTo(row.get("num_images").intValue());
        }
        report(kind, rows, expectedRows);
    }

    private static void report(String kind, List<JsonNode> rows, int expected) {
        System.out.printf("tokenizer cases, %s: %d equal%n", kind, rows.size());
        assertThat(rows).hasSize(expected);
    }

    private static Tokenizer tokenizer() {
        return Tokenizers.load(ReferenceFiles.reference("tokenizer"));
    }
}
