package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.prompt.PromptBuilder;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.prompt.Rendering;
import io.lavastream.engine.tokenizer.TextStream;
import io.lavastream.engine.tokenizer.Tokenizer;
import io.lavastream.engine.tokenizer.Tokenizers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Cases of {@code tokenizer/cases.jsonl}, one a line. */
final class TokenizerCases {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String IMAGE = "<image>";

    /** The template of {@code hf_chat} rows, which name none. */
    private static final String CHAT_TEMPLATE = "hf_llava";

    private final ReferenceDirectory reference;
    private final FidelityReport report;
    private final Map<String, Integer> rows = new HashMap<>();

    TokenizerCases(ReferenceDirectory reference, FidelityReport report) {
        this.reference = reference;
        this.report = report;
    }

    void run() {
        Tokenizer tokenizer = Tokenizers.load(reference.tokenizer());
        for (String line : lines()) {
            if (!line.isBlank()) {
                report.add(row(tokenizer, line));
            }
        }
    }

    private CaseResult row(Tokenizer tokenizer, String line) {
        JsonNode row;
        String kind;
        try {
            row = JSON.readTree(line);
            kind = Rows.text(row, "kind");
        } catch (IOException | RuntimeException e) {
            return CaseResult.miss(CaseKind.TOKENIZER, next("unreadable"), e);
        }
        String name = next(kind);
        try {
            return compare(tokenizer, kind, row)
                    .map(comparison -> comparison.result(CaseKind.TOKENIZER, name))
                    .orElseGet(
                            () ->
                                    CaseResult.notServed(
                                            CaseKind.TOKENIZER, name, "rows of kind " + kind));
        } catch (RuntimeException e) {
            return CaseResult.miss(CaseKind.TOKENIZER, name, e);
        }
    }

    private String next(String kind) {
        return "%s %d".formatted(kind, rows.merge(kind, 1, Integer::sum));
    }

    private static Optional<Comparison> compare(Tokenizer tokenizer, String kind, JsonNode row) {
        Comparison comparison = new Comparison();
        switch (kind) {
            case "user_text" -> {
                int[] ids = tokenizer.encode(Rows.text(row, "text"));
                comparison.equal("ids", ids, Rows.integers(row, "ids"));
                comparison.equal("text", decode(tokenizer, ids), Rows.text(row, "decoded"));
            }
            case "prompt", "prompt_with_markers_in_user_text" -> {
                PromptTokens tokens = prompt(tokenizer, Rows.text(row, "template"), row);
                comparison.equal("ids", tokens.ids(), Rows.integers(row, "ids"));
                comparison.equal("images", tokens.images(), Rows.integer(row, "num_images"));
            }
            case "hf_chat" -> {
                int image = Rows.integer(row, "image_token");
                int[] ids = prompt(tokenizer, CHAT_TEMPLATE, row).ids();
                comparison.equal(
                        "ids",
                        Arrays.stream(ids)
                                .map(id -> id == PromptTokens.IMAGE ? image : id)
                                .toArray(),
                        Rows.integers(row, "ids_single_image_token"));
            }
            case "tokenizer_image_token" ->
                    comparison.equal(
                            "ids",
                            rendered(tokenizer, Rows.text(row, "prompt")),
                            Rows.integers(row, "ids"));
            case "decode" -> {
                String text = decode(tokenizer, Rows.integers(row, "ids"));
                comparison.equal("text", text, Rows.text(row, "sentencepiece_decode"));
                comparison.equal("text", text, Rows.text(row, "hf_slow_skip_special"));
            }
            default -> {
                return Optional.empty();
            }
        }
        return Optional.of(comparison);
    }

    private static PromptTokens prompt(Tokenizer tokenizer, String template, JsonNode row) {
        return new PromptBuilder(tokenizer, ConversationTemplate.named(template))
                .build(Conversation.of(row, Rows.integer(row, "num_images")));
    }

    private static int[] rendered(Tokenizer tokenizer, String prompt) {
        Rendering rendering = new Rendering(tokenizer);
        String[] pieces = prompt.split(IMAGE, -1);
        rendering.text(pieces[0]);
        for (int i = 1; i < pieces.length; i++) {
            rendering.image().text(pieces[i]);
        }
        return rendering.toTokens().ids();
    }

    static String decode(Tokenizer tokenizer, int[] ids) {
        TextStream stream = new TextStream(tokenizer, List.of());
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(stream.append(id));
        }
        return text.append(stream.finish()).toString();
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(reference.tokenizerCases());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
