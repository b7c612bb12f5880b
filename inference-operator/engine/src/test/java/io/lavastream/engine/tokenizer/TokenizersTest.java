package io.lavastream.engine.tokenizer;

import static io.lavastream.engine.tokenizer.SmallTokenizer.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.CheckpointException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenizersTest {
    @TempDir private Path directory;

    @Test
    void mergesTheLowestRankFirst() {
        Tokenizer tokenizer = SmallTokenizer.in(directory);

        assertThat(tokenizer.encode("abc")).containsExactly(id("▁ab"), id("c"));
        assertThat(tokenizer.encodeContinuation("abc")).containsExactly(id("ab"), id("c"));
        assertThat(tokenizer.encodeContinuation("bcb")).containsExactly(id("bc"), id("b"));
    }

    @Test
    void fallsBackToBytes() {
        Tokenizer tokenizer = SmallTokenizer.in(directory);

        assertThat(tokenizer.encodeContinuation("ñ")).containsExactly(3 + 0xC3, 3 + 0xB1);
        assertThat(tokenizer.encodeContinuation("é")).containsExactly(id("é"));
    }

    @Test
    void takesMarkersForText() {
        Tokenizer tokenizer = SmallTokenizer.in(directory);

        for (int id : tokenizer.encode("<s></s><unk><image><0x0A>")) {
            assertThat(tokenizer.isControl(id)).isFalse();
        }
        assertThat(tokenizer.encode("</s>")).hasSize(5);
    }

    @Test
    void replacesAnUnpairedSurrogate() {
        Tokenizer tokenizer = SmallTokenizer.in(directory);

        assertThat(tokenizer.encodeContinuation("\uD800"))
                .containsExactly(3 + 0xEF, 3 + 0xBF, 3 + 0xBD);
    }

    /** As the reference adds the tokens of images to the tokenizer of a model that it loads. */
    @Test
    void addsTokensBehindTheLastIdOnce() {
        int size = SmallTokenizer.in(directory).vocabularySize();
        Tokenizer tokenizer = Tokenizers.load(directory, List.of("<im_start>", "</s>", "<im_end>"));

        assertThat(tokenizer.control("<im_start>")).hasValue(size);
        assertThat(tokenizer.control("<im_end>")).hasValue(size + 1);
        assertThat(tokenizer.control("</s>")).hasValue(2);
        assertThat(tokenizer.control("ab")).isEmpty();
        assertThat(tokenizer.isControl(size)).isTrue();
        assertThat(tokenizer.encode("<im_start>")).doesNotContain(size);
    }

    @Test
    void encodesNothingAsNothing() {
        Tokenizer tokenizer = SmallTokenizer.in(directory);

        assertThat(tokenizer.encode("")).isEmpty();
        assertThat(tokenizer.encodeContinuation("")).isEmpty();
    }

    @Test
    void namesTheDirectoryWithoutATokenizer() {
        assertRefused(directory.toString(), "tokenizer.model or tokenizer.json");
    }

    @Test
    void refusesABrokenModel() throws IOException {
        Files.write(directory.resolve("tokenizer.model"), new byte[] {10, 100, 1, 2});

        assertRefused("tokenizer.model", "100 bytes of content", "the 2 that remain");
    }

    @Test
    void refusesATextNamedModel() throws IOException {
        Files.writeString(directory.resolve("tokenizer.model"), "version https://git-lfs");

        assertRefused("tokenizer.model");
    }

    @Test
    void refusesAModelThatIsNotBpe() throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        model.writeBytes(new byte[] {10, 3, 10, 1, 'a'}); // pieces: "a"
        model.writeBytes(new byte[] {18, 2, 24, 1}); // trainer_spec: model_type 1
        Files.write(directory.resolve("tokenizer.model"), model.toByteArray());

        assertRefused("model_type: 1", "expected: 2");
    }

    @Test
    void refusesBrokenJson() throws IOException {
        Files.writeString(directory.resolve("tokenizer.json"), "{\"model\": ");

        assertRefused("tokenizer.json: malformed JSON at line 1");
    }

    @Test
    void refusesWhatItDoesNotDo() throws IOException {
        refuseChanged(
                "\"byte_fallback\": true", "\"byte_fallback\": false", "byte_fallback: false");
        refuseChanged("\"type\": \"BPE\"", "\"type\": \"Unigram\"", "model.type: \"Unigram\"");
        refuseChanged("\"prepend\": \"▁\"", "\"prepend\": \"_\"", "normalizer: ");
        refuseChanged("\"<0x7F>\":", "\"<0x7G>\":", "<0x7G>");
        refuseChanged("\"a b\"", "\"a z\"", "model.merges[0]: \"a z\"");
        refuseChanged("\"<s>\":1", "\"<s>\":2000000000", "id of <s>: 2000000000");
    }

    private void refuseChanged(String old, String changed, String message) throws IOException {
        String json = SmallTokenizer.json();
        assertThat(json).contains(old);
        Files.writeString(
                directory.resolve("tokenizer.json"),
                json.replace(old, changed),
                StandardCharsets.UTF_8);
        assertRefused("tokenizer.json: ", message);
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> Tokenizers.load(directory))
                .isInstanceOf(CheckpointException.class)
                .message()
                .contains(parts)
                .doesNotContain("\n");
    }
}
