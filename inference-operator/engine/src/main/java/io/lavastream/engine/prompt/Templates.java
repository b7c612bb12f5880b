package io.lavastream.engine.prompt;

import io.lavastream.engine.Turn;
import io.lavastream.engine.prompt.ConversationTemplate.Style;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The templates of the reference, word for word ({@code haotian-liu/LLaVA: llava/conversation.py}). */
final class Templates {
    private static final String CURIOUS =
            "A chat between a curious %1$s and an artificial intelligence assistant. The assistant"
                    + " gives helpful, detailed, and polite answers to the %1$s's questions.";

    /**
     * The missing space before the second "The" is the reference's. As in its evaluation, images stand
     * before the first question; its web demo put them into an exchange of their own.
     */
    private static final String TAGGED_IMAGES =
            "A chat between a curious user and an artificial intelligence assistant. The assistant"
                    + " is able to understand the visual content that the user provides, and assist"
                    + " the user with a variety of tasks using natural language.The visual content"
                    + " will be provided with the following format: <Image>visual content</Image>.";

    private static final String LLAVA_LLAMA_2 =
            "You are a helpful language and vision assistant. You are able to understand the visual"
                    + " content that the user provides, and assist the user with a variety of tasks"
                    + " using natural language.";

    /** The two spaces after "safe." are the reference's. */
    private static final String LLAMA_2 =
            "You are a helpful, respectful and honest assistant. Always answer as helpfully as"
                    + " possible, while being safe.  Your answers should not include any harmful,"
                    + " unethical, racist, sexist, toxic, dangerous, or illegal content. Please"
                    + " ensure that your responses are socially unbiased and positive in nature.\n\n"
                    + "If a question does not make any sense, or is not factually coherent, explain"
                    + " why instead of answering something not correct. If you don't know the answer"
                    + " to a question, please don't share false information.";

    /** What opens the system turn of the MPT style. */
    static final String MPT_SYSTEM = "<|im_start|>system\n";

    private static final String CHATML = MPT_SYSTEM + "Answer the questions.";

    private static final String MPT =
            MPT_SYSTEM
                    + "A conversation between a user and an LLM-based AI assistant. The"
                    + " assistant gives helpful and honest answers.";

    /** The exchange that Vicuna v0 shows its model before each conversation. */
    private static final List<Turn> RENEWABLE_ENERGY =
            List.of(
                    new Turn(
                            Turn.Role.USER,
                            "What are the key differences between renewable and non-renewable"
                                    + " energy sources?"),
                    new Turn(
                            Turn.Role.ASSISTANT,
                            """
                            Renewable energy sources are those that can be replenished naturally \
                            in a relatively short amount of time, such as solar, wind, hydro, \
                            geothermal, and biomass. Non-renewable energy sources, on the other \
                            hand, are finite and will eventually be depleted, such as coal, oil, \
                            and natural gas. Here are some key differences between renewable and \
                            non-renewable energy sources:
                            1. Availability: Renewable energy sources are virtually \
                            inexhaustible, while non-renewable energy sources are finite and will \
                            eventually run out.
                            2. Environmental impact: Renewable energy sources have a much lower \
                            environmental impact than non-renewable sources, which can lead to \
                            air and water pollution, greenhouse gas emissions, and other negative \
                            effects.
                            3. Cost: Renewable energy sources can be more expensive to initially \
                            set up, but they typically have lower operational costs than \
                            non-renewable sources.
                            4. Reliability: Renewable energy sources are often more reliable and \
                            can be used in more remote locations than non-renewable sources.
                            5. Flexibility: Renewable energy sources are often more flexible and \
                            can be adapted to different situations and needs, while non-renewable \
                            sources are more rigid and inflexible.
                            6. Sustainability: Renewable energy sources are more sustainable over \
                            the long term, while non-renewable sources are not, and their \
                            depletion can lead to economic and social instability.
                            """));

    static final Map<String, ConversationTemplate> BY_NAME = byName();

    private Templates() {}

    private static Map<String, ConversationTemplate> byName() {
        ConversationTemplate vicunaV0 = single(CURIOUS.formatted("human"), RENEWABLE_ENERGY);
        ConversationTemplate vicunaV1 = two(CURIOUS.formatted("user"));
        ConversationTemplate chatml = mpt(CHATML);
        ConversationTemplate plain =
                new ConversationTemplate(
                        Style.PLAIN, "", "", "", "\n", Optional.of("\n"), List.of());

        Map<String, ConversationTemplate> templates = new LinkedHashMap<>();
        templates.put("default", vicunaV0);
        templates.put("v0", vicunaV0);
        templates.put("v1", vicunaV1);
        templates.put("vicuna_v1", vicunaV1);
        templates.put("llama_2", llama2(LLAMA_2));
        templates.put("mistral_instruct", instruct(Style.MISTRAL, "", Optional.empty()));
        templates.put("chatml_direct", chatml);
        templates.put("mistral_direct", chatml);
        templates.put("plain", plain);
        templates.put("v0_plain", plain);
        templates.put("llava_v0", single(CURIOUS.formatted("human"), List.of()));
        templates.put("v0_mmtag", single(TAGGED_IMAGES, List.of()));
        templates.put("llava_v1", two(CURIOUS.formatted("human")));
        templates.put("v1_mmtag", two(TAGGED_IMAGES));
        templates.put("llava_llama_2", llama2(LLAVA_LLAMA_2));
        templates.put("mpt", mpt(MPT));
        templates.put(
                "hf_llava",
                new ConversationTemplate(
                        Style.CHAT, "", "USER", "ASSISTANT", " ", Optional.empty(), List.of()));
        return Collections.unmodifiableMap(templates);
    }

    private static ConversationTemplate two(String system) {
        return new ConversationTemplate(
                Style.TWO, system, "USER", "ASSISTANT", " ", Optional.of("</s>"), List.of());
    }

    private static ConversationTemplate single(String system, List<Turn> example) {
        return new ConversationTemplate(
                Style.SINGLE, system, "Human", "Assistant", "###", Optional.of("###"), example);
    }

    private static ConversationTemplate mpt(String system) {
        return new ConversationTemplate(
                Style.MPT,
                system,
                "<|im_start|>user\n",
                "<|im_start|>assistant\n",
                "<|im_end|>",
                Optional.of("<|im_end|>"),
                List.of());
    }

    private static ConversationTemplate llama2(String system) {
        return instruct(Style.LLAMA_2, system, Optional.of("<s>"));
    }

    private static ConversationTemplate instruct(
            Style style, String system, Optional<String> stop) {
        return new ConversationTemplate(style, system, "USER", "ASSISTANT", "", stop, List.of());
    }
}
