package io.lavastream.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.ReferenceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The reference's tokenizers; its rows of ids and texts are cases of {@code fidelity}. */
class TokenizerReferenceTest {
    private static Tokenizer llama() {
        return Tokenizers.load(ReferenceFiles.reference("tokenizer"));
    }

    @Test
    void readsTheSameFromTokenizerJson(@TempDir Path directory) throws IOException {
        Path scenes = ReferenceFiles.shared("models/scenes-llava");
        Files.copy(scenes.resolve("tokenizer.json"), directory.resolve("tokenizer.json"));
        Tokenizer fromModel = Tokenizers.load(scenes);
        Tokenizer fromJson = Tokenizers.load(directory);

        assertThat(fromJson.vocabularySize()).isEqualTo(fromModel.vocabularySize());
        for (JsonNode row : ReferenceFiles.tokenizerCases("user_text")) {
            String text = row.get("text").asText();
            assertThat(fromJson.encode(text)).containsExactly(fromModel.encode(text));
        }
        for (int id = 0; id < fromModel.vocabularySize(); id++) {
            assertThat(fromJson.bytes(id)).containsExactly(fromModel.bytes(id));
            assertThat(fromJson.isControl(id)).isEqualTo(fromModel.isControl(id));
        }
    }

    @Test
    void countsTokensThatTheModelDirectoryAdds() {
        assertThat(Tokenizers.load(ReferenceFiles.shared("models/scenes-llava")).vocabularySize())
                .isEqualTo(1202);
    }

    @Test
    void knowsItsControlTokens() {
        Tokenizer tokenizer = llama();

        assertThat(tokenizer.vocabularySize()).isEqualTo(32_000);
        assertThat(tokenizer.beginOfSequence()).isEqualTo(1);
        assertThat(tokenizer.endOfSequence()).isEqualTo(2);
        assertThat(tokenizer.isControl(2)).isTrue();
        assertThat(tokenizer.isControl(13)).isFalse();
        assertThat(tokenizer.isControl(32_000)).isTrue();
        assertThat(tokenizer.bytes(2)).isEmpty();
        assertThat(tokenizer.bytes(13)).containsExactly('\n');
    }

    @Test
    void takesTimeNearlyProportionalToTheText() {
        Tokenizer tokenizer = llama();
        String letters =
                new Random(1)
                        .ints(1 << 20, 'a', 'z' + 1)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();

        // A quadratic algorithm needs hours for a megabyte without spaces.
        assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode(letters));
        assertTimeout(Duration.ofSeconds(20), () -> tokenizer.encode("a".repeat(1 << 20)));
    }
}
