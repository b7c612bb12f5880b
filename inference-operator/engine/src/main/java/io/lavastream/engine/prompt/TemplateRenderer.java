package io.lavastream.engine.prompt;

import io.lavastream.engine.Turn;
import java.util.List;

/** Writes a conversation down in the words of its template, one method a style. */
final class TemplateRenderer {
    private final ConversationTemplate template;
    private final Rendering out;
    private int imagesLeft;

    private TemplateRenderer(ConversationTemplate template, int images, Rendering out) {
        this.template = template;
        this.imagesLeft = images;
        this.out = out;
    }

    /** {@code turns} alternate, user first; after a user's the assistant's turn is opened. */
    static void render(ConversationTemplate template, List<Turn> turns, int images, Rendering out) {
        TemplateRenderer renderer = new TemplateRenderer(template, images, out);
        switch (template.style()) {
            case TWO, SINGLE, CHAT -> renderer.named(turns);
            case MPT -> renderer.mpt(turns);
            case LLAMA_2, MISTRAL -> renderer.instruct(turns);
            case PLAIN -> renderer.plain(turns);
        }
    }

    private void named(List<Turn> turns) {
        boolean endsAnswers = template.style() == ConversationTemplate.Style.TWO;
        if (!template.system().isEmpty()) {
            out.text(template.system()).text(template.separator());
        }
        for (Turn turn : template.example()) {
            out.text(role(turn)).text(": ").text(turn.text()).text(template.separator());
        }
        for (Turn turn : turns) {
            out.text(role(turn)).text(": ");
            content(turn);
            if (endsAnswers && turn.role() == Turn.Role.ASSISTANT) {
                out.endOfSequence();
            } else {
                out.text(template.separator());
            }
        }
        out.text(template.assistant()).text(":");
    }

    private void mpt(List<Turn> turns) {
        out.text(template.system()).text(template.separator());
        for (Turn turn : turns) {
            out.text(role(turn));
            content(turn);
            out.text(template.separator());
        }
        out.text(template.assistant());
    }

    private void instruct(List<Turn> turns) {
        boolean beginsExchanges = template.style() == ConversationTemplate.Style.LLAMA_2;
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            if (turn.role() == Turn.Role.ASSISTANT) {
                out.text(" ").text(turn.text()).text(" ").endOfSequence();
                continue;
            }
            if (beginsExchanges && i > 0) {
                out.beginOfSequence();
            }
            out.text("[INST] ");
            if (i == 0 && !template.system().isEmpty()) {
                out.text("<<SYS>>\n").text(template.system()).text("\n<</SYS>>\n\n");
            }
            content(turn);
            out.text(" [/INST]");
        }
    }

    private void plain(List<Turn> turns) {
        for (Turn turn : turns) {
            content(turn);
            out.text(template.separator());
        }
    }

    /** The turn's text; in front of the first user's stand all images, each on its line. */
    private void content(Turn turn) {
        for (; turn.role() == Turn.Role.USER && imagesLeft > 0; imagesLeft--) {
            out.image().text("\n");
        }
        out.text(turn.text());
    }

    private String role(Turn turn) {
        return turn.role() == Turn.Role.USER ? template.user() : template.assistant();
    }
}
