package io.lavastream.engine.prompt;

import static java.util.Objects.requireNonNull;

import io.lavastream.engine.Turn;
import java.util.List;
import java.util.Optional;

/**
 * How a conversation is written down for a model: the words it was trained with. Immutable.
 *
 * @param system text in front of the conversation; may be empty
 * @param user name of the one who asks, with its line break where the style wants one
 * @param assistant name of the one who answers
 * @param separator text after the system and after turns, as {@link Style} says
 * @param stop text that ends an answer beside the end-of-sequence token
 * @param example turns that every conversation begins with
 */
public record ConversationTemplate(
        Style style,
        String system,
        String user,
        String assistant,
        String separator,
        Optional<String> stop,
        List<Turn> example) {

    /** The rendering styles of the reference ({@code haotian-liu/LLaVA: llava/conversation.py}). */
    public enum Style {
        /** {@code role: text}; the separator after users, end of sequence after the assistant. */
        TWO,
        /** {@code role: text}; the separator after everyone. */
        SINGLE,
        /** {@code role} with its own line break, text, separator. */
        MPT,
        /** {@code [INST] text [/INST] answer}, begin and end of sequence around each exchange. */
        LLAMA_2,
        /** As {@link #LLAMA_2} without the beginning of sequence between exchanges. */
        MISTRAL,
        /** Text and separator, for pre-training. */
        PLAIN,
        /** {@code role: text} with the separator after everyone but no system text. */
        CHAT
    }

    public ConversationTemplate {
        requireNonNull(style, "style");
        requireNonNull(system, "system");
        requireNonNull(user, "user");
        requireNonNull(assistant, "assistant");
        requireNonNull(separator, "separator");
        requireNonNull(stop, "stop");
        example = List.copyOf(example);
    }

    /**
     * The template that the reference calls {@code name}, or {@code hf_llava} for the chat template of the
     * Hugging Face checkpoints.
     *
     * @throws IllegalArgumentException if there is none; the message lists {@link #names()}
     */
    public static ConversationTemplate named(String name) {
        ConversationTemplate template = Templates.BY_NAME.get(name);
        if (template == null) {
            throw new IllegalArgumentException(
                    "template: %s (expected: one of %s)"
                            .formatted(name, String.join(", ", names())));
        }
        return template;
    }

    /** All names, in the order of the reference. */
    public static List<String> names() {
        return List.copyOf(Templates.BY_NAME.keySet());
    }

    /**
     * This template with {@code text} as its system text. The marker that opens a system turn in {@link Style#MPT} stays; a template
     * whose style has no place for a system text is unchanged.
     */
    public ConversationTemplate withSystem(String text) {
        String opened = style == Style.MPT ? Templates.MPT_SYSTEM + text : text;
        return new ConversationTemplate(style, opened, user, assistant, separator, stop, example);
    }

    /** Writes down {@code turns}, user first, and opens the assistant's turn if theirs is the next. */
    void render(List<Turn> turns, int images, Rendering rendering) {
        TemplateRenderer.render(this, turns, images, rendering);
    }
}
