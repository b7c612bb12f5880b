package io.lavastream.engine.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.ErrorCode;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.Turn;
import io.lavastream.engine.tokenizer.SmallTokenizer;
import io.lavastream.engine.tokenizer.TextStream;
import io.lavastream.engine.tokenizer.Tokenizer;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PromptBuilderTest {
    private static final Tokenizer TOKENIZER = SmallTokenizer.create();

    private final PromptBuilder plain =
            new PromptBuilder(TOKENIZER, ConversationTemplate.named("plain"));

    @Test
    void asksForAForm() {
        assertThat(asked("Q?", new AnswerFormat.Free())).isEqualTo("Q?");
        assertThat(asked("Q?", new AnswerFormat.ShortAnswer(false)))
                .isEqualTo("Q?\nAnswer the question using a single word or phrase.");
        assertThat(asked("Q?", new AnswerFormat.ShortAnswer(true)))
                .isEqualTo(
                        "Q?\nWhen the provided information is insufficient, respond with"
                                + " 'Unanswerable'.\n"
                                + "Answer the question using a single word or phrase.");
        assertThat(asked("Q?", new AnswerFormat.YesNo()))
                .isEqualTo("Q?\nAnswer the question using a single word or phrase.");
        assertThat(asked("[0.1, 0.2, 0.5, 0.6]", new AnswerFormat.RegionDescription()))
                .isEqualTo("[0.1, 0.2, 0.5, 0.6]\nProvide a short description for this region.");
        assertThat(asked("", new AnswerFormat.Caption()))
                .isEqualTo("Provide a one-sentence caption for the provided image.");
        assertThat(asked("Q?", new AnswerFormat.MultipleChoice(List.of("red", "blue"), "en")))
                .isEqualTo(
                        "Q?\nA. red\nB. blue\n"
                                + "Answer with the option's letter from the given choices"
                                + " directly.");
        assertThat(asked("Q?", new AnswerFormat.MultipleChoice(List.of("红", "蓝"), "zh")))
                .isEqualTo("Q?\nA. 红\nB. 蓝\n请直接回答选项字母。");
    }

    /** After an image without markers text begins with the leading-space mark; after a marker it goes on. */
    @Test
    void putsMarkersAroundEachImage() {
        Rendering rendering = new Rendering(TOKENIZER, Optional.of(new ImageMarkers(901, 902)));

        int[] ids = rendering.text("a").image().image().text("b").toTokens().ids();

        assertThat(ids)
                .containsExactly(
                        SmallTokenizer.BOS,
                        TOKENIZER.encode("a")[0],
                        901,
                        PromptTokens.IMAGE,
                        902,
                        901,
                        PromptTokens.IMAGE,
                        902,
                        TOKENIZER.encodeContinuation("b")[0]);
    }

    @Test
    void refusesAModelWhoseTokenizerHasNoMarkers() {
        assertThatThrownBy(() -> ImageMarkers.of(TOKENIZER))
                .hasMessage("tokenizer: no <im_start> (expected: as a control token)");
    }

    @Test
    void refusesAnEmptyQuestion() {
        assertRefused(request(List.of(), " \n", new AnswerFormat.Free()), ErrorCode.EMPTY_QUESTION);
        assertRefused(request(List.of(), "", new AnswerFormat.YesNo()), ErrorCode.EMPTY_QUESTION);
    }

    @Test
    void refusesAHistoryThatDoesNotAlternate() {
        Turn user = new Turn(Turn.Role.USER, "a");
        Turn assistant = new Turn(Turn.Role.ASSISTANT, "b");

        for (List<Turn> history :
                List.of(
                        List.of(user),
                        List.of(assistant, user),
                        List.of(user, user),
                        List.of(user, assistant, user))) {
            assertRefused(
                    request(history, "Q?", new AnswerFormat.Free()), ErrorCode.INVALID_PARAMETER);
        }
    }

    @Test
    void refusesChoicesThatCannotBeLettered() {
        for (List<String> options :
                List.of(List.of("one"), List.of("one", " "), Collections.nCopies(27, "one"))) {
            assertRefused(
                    request(List.of(), "Q?", new AnswerFormat.MultipleChoice(options, "en")),
                    ErrorCode.INVALID_PARAMETER);
        }
        assertRefused(
                request(List.of(), "Q?", new AnswerFormat.MultipleChoice(List.of("a", "b"), "fr")),
                ErrorCode.INVALID_PARAMETER);
    }

    @Test
    void aRequestsSystemTextTakesThePlaceOfTheTemplates() {
        assertThat(withSystem("vicuna_v1", "Be brief.")).isEqualTo("Be brief. USER: Q? ASSISTANT:");
        assertThat(withSystem("llava_llama_2", "Be brief."))
                .isEqualTo("[INST] <<SYS>>\nBe brief.\n<</SYS>>\n\nQ? [/INST]");
        assertThat(withSystem("mpt", "Be brief."))
                .startsWith("<|im_start|>system\nBe brief.<|im_end|><|im_start|>user\nQ?");
        assertThat(withSystem("vicuna_v1", "")).isEqualTo("USER: Q? ASSISTANT:");
    }

    private static String withSystem(String template, String system) {
        GenerationRequest request =
                new GenerationRequest(
                        "test",
                        List.of(),
                        List.of(),
                        "Q?",
                        new AnswerFormat.Free(),
                        SamplingParams.greedy(),
                        GenerationRequest.INTERACTIVE,
                        Instant.MAX,
                        Optional.empty(),
                        Optional.of(system));
        return text(
                new PromptBuilder(TOKENIZER, ConversationTemplate.named(template)).build(request));
    }

    @Test
    void beginsWithTheTemplatesExample() {
        PromptBuilder builder = new PromptBuilder(TOKENIZER, ConversationTemplate.named("v0"));
        PromptTokens tokens = builder.build(Requests.of(List.of("Q?"), 1, new AnswerFormat.Free()));

        String text = text(tokens);
        assertThat(text)
                .contains("###Human: What are the key differences between renewable")
                .contains("and social instability.\n###Human: ")
                .endsWith("\nQ?###Assistant:");
        assertThat(tokens.images()).isEqualTo(1);
    }

    @Test
    void knowsEveryTemplate() {
        assertThat(ConversationTemplate.names())
                .hasSize(17)
                .allSatisfy(
                        name -> {
                            PromptBuilder builder =
                                    new PromptBuilder(TOKENIZER, ConversationTemplate.named(name));
                            List<String> turns = List.of("one", "two", "three");
                            PromptTokens tokens =
                                    builder.build(Requests.of(turns, 2, new AnswerFormat.Free()));
                            assertThat(tokens.images()).isEqualTo(2);
                            assertThat(text(tokens)).containsSubsequence(turns);
                        });
    }

    @Test
    void listsTheTemplatesForAnUnknownName() {
        assertThatThrownBy(() -> ConversationTemplate.named("v7"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("template: v7 (expected: one of default, v0, v1, vicuna_v1,");
    }

    @Test
    void stopsAsTheReferenceDoes() {
        assertThat(ConversationTemplate.named("vicuna_v1").stop()).contains("</s>");
        assertThat(ConversationTemplate.named("llava_v0").stop()).contains("###");
        assertThat(ConversationTemplate.named("mpt").stop()).contains("<|im_end|>");
        assertThat(ConversationTemplate.named("hf_llava").stop()).isEmpty();
    }

    private String asked(String question, AnswerFormat format) {
        String prompt = text(plain.build(request(List.of(), question, format)));
        return prompt.substring(0, prompt.length() - 1); // The template's line break.
    }

    private void assertRefused(GenerationRequest request, ErrorCode code) {
        assertThatThrownBy(() -> plain.build(request))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    private static GenerationRequest request(
            List<Turn> history, String question, AnswerFormat format) {
        return Requests.of(history, question, 0, format);
    }

    private static String text(PromptTokens tokens) {
        TextStream stream = new TextStream(TOKENIZER, List.of());
        StringBuilder text = new StringBuilder();
        for (int id : tokens.ids()) {
            text.append(stream.append(id));
        }
        return text.append(stream.finish()).toString();
    }
}
