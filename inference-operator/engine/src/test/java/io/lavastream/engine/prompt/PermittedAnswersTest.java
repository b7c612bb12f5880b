package io.lavastream.engine.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.ReferenceFiles;
import io.lavastream.engine.tokenizer.SmallTokenizer;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PermittedAnswersTest {
    @Test
    void poolsTheSpellingsOfYesAndNo() {
        PermittedAnswers answers =
                PermittedAnswers.of(new AnswerFormat.YesNo(), SmallTokenizer.create());

        // "Y" and "▁Y", then the bytes of "y": pieces 10 and 12 of the small tokenizer.
        int first = SmallTokenizer.FIRST_PIECE;
        assertThat(answers.firstTokens()).containsOnlyKeys("Yes", "No");
        assertThat(answers.firstTokens().get("Yes"))
                .containsExactlyInAnyOrder(first + 10, first + 12, 3 + 'y');
        assertThat(answers.firstTokens().get("No"))
                .containsExactlyInAnyOrder(first + 11, first + 13, 3 + 'n');
    }

    @Test
    void poolsLlamasTokens() {
        Tokenizer llama = Tokenizers.load(ReferenceFiles.reference("tokenizer"));

        PermittedAnswers yesNo = PermittedAnswers.of(new AnswerFormat.YesNo(), llama);
        PermittedAnswers letters =
                PermittedAnswers.of(
                        new AnswerFormat.MultipleChoice(List.of("x", "y", "z"), "en"), llama);

        assertThat(yesNo.firstTokens().get("Yes")).contains(3869, 8241, 4874); // ▁Yes, Yes, ▁yes
        assertThat(yesNo.firstTokens().get("No")).contains(1939, 3782); // ▁No, No
        assertThat(letters.firstTokens().get("A")).isEqualTo(Set.of(319, 29909)); // ▁A, A
        assertThat(letters.firstTokens()).containsOnlyKeys("A", "B", "C");
    }

    @Test
    void permitsAnythingElsewhere() {
        Tokenizer tokenizer = SmallTokenizer.create();

        assertThat(PermittedAnswers.of(new AnswerFormat.Free(), tokenizer).isEmpty()).isTrue();
        assertThat(PermittedAnswers.of(new AnswerFormat.Caption(), tokenizer).isEmpty()).isTrue();
    }
}
