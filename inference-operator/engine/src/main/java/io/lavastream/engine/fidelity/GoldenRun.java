package io.lavastream.engine.fidelity;

import com.fasterxml.jackson.databind.JsonNode;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.prompt.ConversationTemplate;
import io.lavastream.engine.prompt.PromptBuilder;
import io.lavastream.engine.prompt.PromptTokens;
import io.lavastream.engine.sampling.TokenDistribution;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * One case alone: from what it puts into the model to its greedy answer, compared with all that the
 * case keeps. Two of the reference's arrays are not compared, as the engine gives them out nowhere:
 * hidden states of the vision layers between, and the most probable token where no logits are kept.
 */
final class GoldenRun {
    private static final int SLOT = 0;

    /** The reference keeps every so manieth id of {@code logits_strided}. */
    private static final int VOCABULARY_STRIDE = 32;

    private static final String INLINE_IMAGE = "<image>";

    private final GoldenCase golden;
    private final GoldenInput input;
    private final Comparison comparison = new Comparison();

    GoldenRun(GoldenInput input) {
        this.golden = input.golden();
        this.input = input;
    }

    Comparison comparison() {
        return comparison;
    }

    /** Compares everything; the answer, for comparison in other company. */
    Answered run() {
        comparison.equal("positions", input.length(), golden.sequenceLength());
        comparePrompt();
        compareFeatures();
        compareEmbeddings();
        float[] last = input.prefill(SLOT, input.length());
        Answered answer =
                Answered.alone(
                        input.model(),
                        SLOT,
                        input.length(),
                        last,
                        limit(),
                        input.config().eosTokenIds());
        compareLast(last);
        compareAnswer(answer);
        compareStop(last);
        comparePieces(last);
        return answer;
    }

    /** Why the engine does not write this case's prompt from its turns, if it does not. */
    Optional<String> promptNotServed() {
        if (!golden.has("turns")) {
            return Optional.empty();
        }
        List<String> turns = Rows.texts(golden.json(), "turns");
        if (turns.stream().anyMatch(turn -> turn.contains(INLINE_IMAGE))) {
            return Optional.of("images inside a text: a marker in a question is text");
        }
        return turns.get(turns.size() - 1).isBlank()
                ? Optional.of("a question without text")
                : Optional.empty();
    }

    private int limit() {
        boolean stopped = golden.json().path("greedy_stopped_by_eos").asBoolean();
        return golden.greedyTokens().length + (stopped ? 1 : 0);
    }

    private void comparePrompt() {
        if (!golden.has("conv_template") || promptNotServed().isPresent()) {
            return;
        }
        ConversationTemplate template =
                ConversationTemplate.named(Rows.text(golden.json(), "conv_template"));
        PromptTokens prompt =
                new PromptBuilder(input.tokenizer(), template, input.markers())
                        .build(Conversation.of(golden.json(), golden.images().size()));
        int placeholder = golden.imagePlaceholder().orElse(PromptTokens.IMAGE);
        comparison.equal(
                "prompt",
                Arrays.stream(prompt.ids())
                        .map(id -> id == PromptTokens.IMAGE ? placeholder : id)
                        .toArray(),
                golden.inputIds());
    }

    private void compareFeatures() {
        for (int tile = 0; tile < input.tiles().size(); tile++) {
            if (golden.has("vision_stats")) {
                compareTile(
                        "vision",
                        "vision_hidden_select_layer",
                        "vision_stats",
                        tile,
                        input.model().visionFeatures(input.tiles().get(tile)));
            }
            if (golden.has("projected_stats")) {
                compareTile(
                        "projected",
                        "projected_features",
                        "projected_stats",
                        tile,
                        input.features().get(tile));
            }
        }
        if (golden.has("vision_batch")) {
            comparison.equal(
                    "tiles", input.tiles().size(), Rows.integer(golden.json(), "vision_batch"));
        }
    }

    private void compareTile(String quantity, String array, String stats, int tile, float[] found) {
        if (golden.hasArray(array)) {
            comparison.close(
                    quantity, found, golden.array(array).at(tile).values(), Tolerances.FEATURES);
        }
        if (golden.hasArray(array + "_rows")) {
            comparison.close(
                    quantity,
                    rows(found, input.model().imageTokens(), golden.ints("feature_rows")),
                    golden.array(array + "_rows").at(tile).values(),
                    Tolerances.FEATURES);
        }
        ArrayStats.compare(
                comparison, quantity, found, Rows.require(golden.json(), stats).path(tile));
    }

    private void compareEmbeddings() {
        if (!golden.has("embedding_stats") && !golden.hasArray("input_embedding_rows")) {
            return;
        }
        float[] merged = input.embeddings().of(input.chunk(0, input.length()));
        if (golden.hasArray("input_embedding_rows")) {
            comparison.close(
                    "embeddings",
                    rows(merged, input.length(), golden.ints("embedding_rows")),
                    golden.array("input_embedding_rows").values(),
                    Tolerances.FEATURES);
        }
        if (golden.has("embedding_stats")) {
            ArrayStats.compare(
                    comparison,
                    "embeddings",
                    merged,
                    Rows.require(golden.json(), "embedding_stats"));
        }
    }

    /** Pieces end where the reference kept logits, so that every kept row is compared. */
    private void comparePieces(float[] whole) {
        if (!golden.has("logit_positions")) {
            return;
        }
        int[] positions = golden.ints("logit_positions");
        for (int i = 0, start = 0; i < positions.length; start = positions[i++] + 1) {
            float[] logits =
                    input.model()
                            .prefill(SLOT, start, input.chunk(start, positions[i] + 1 - start));
            compareKept(i, positions[i], logits);
            if (positions[i] == input.length() - 1) {
                comparison.close("in pieces", logits, whole, Tolerances.CACHED);
            }
        }
    }

    private void compareKept(int index, int position, float[] logits) {
        if (golden.hasArray("logits_strided")) {
            comparison.close(
                    "logits",
                    strided(logits),
                    golden.array("logits_strided").at(index).values(),
                    Tolerances.LOGITS);
        }
        if (golden.has("logits_top5")) {
            compareScored(logits, GoldenCase.scored(golden.json().path("logits_top5").path(index)));
        }
        if (golden.has("logits_logsumexp")) {
            comparison.close(
                    "logsumexp",
                    Logits.logSumExp(logits),
                    golden.doubles("logits_logsumexp")[index],
                    Tolerances.LOGITS);
        }
        if (golden.has("argmax_all_positions")) {
            comparison.equal(
                    "argmax", Logits.argmax(logits), golden.ints("argmax_all_positions")[position]);
        }
    }

    private void compareLast(float[] logits) {
        if (golden.hasArray("logits_last")) {
            comparison.close(
                    "logits", logits, golden.array("logits_last").values(), Tolerances.LOGITS);
        }
        compareScored(logits, golden.scored("logits_last_top20"));
        compareScored(logits, golden.scored("first_logits_top5"));
        for (JsonNode expected : golden.json().path("sampling_distributions_on_logits_last")) {
            float[] from =
                    golden.hasArray("logits_last") ? golden.array("logits_last").values() : logits;
            compareDistribution(from, expected);
        }
    }

    private void compareScored(float[] logits, List<GoldenCase.Scored> expected) {
        for (GoldenCase.Scored best : expected) {
            comparison.close("logits", logits[best.token()], best.value(), Tolerances.LOGITS);
        }
    }

    private void compareDistribution(float[] logits, JsonNode expected) {
        SamplingParams params =
                new SamplingParams(
                        Rows.require(expected, "temperature").asDouble(),
                        Rows.require(expected, "top_p").asDouble(),
                        Rows.integer(expected, "top_k"),
                        1,
                        List.of(),
                        OptionalLong.empty());
        TokenDistribution found = TokenDistribution.of(logits, params, new BitSet());
        comparison.equal("kept", found.size(), Rows.integer(expected, "kept"));
        for (GoldenCase.Scored top : GoldenCase.scored(expected.path("top_probs"))) {
            comparison.differs(
                    "probabilities",
                    Math.abs(found.probability(top.token()) / top.value() - 1),
                    Tolerances.PROBABILITIES);
        }
    }

    private void compareAnswer(Answered answer) {
        int[] expected = golden.greedyTokens();
        comparison.equal("tokens", answer.tokens(), expected);
        if (golden.has("greedy_logprobs")) {
            double[] logProbabilities = golden.doubles("greedy_logprobs");
            for (int i = 0; i < Math.min(answer.size(), logProbabilities.length); i++) {
                float[] logits = answer.logits(i);
                comparison.close(
                        "logprobs",
                        logits[expected[i]] - Logits.logSumExp(logits),
                        logProbabilities[i],
                        Tolerances.LOG_PROBABILITIES);
            }
        }
        if (golden.has("greedy_text")) {
            // The engine drops the space that the tokenizer's mark puts in front of a text.
            comparison.equal(
                    "text",
                    TokenizerCases.decode(input.tokenizer(), answer.tokens()).stripLeading(),
                    Rows.text(golden.json(), "greedy_text").stripLeading());
        }
    }

    /** With another end of sequence, the answer ends with the first token that is it. */
    private void compareStop(float[] last) {
        if (!golden.has("stop_test")) {
            return;
        }
        JsonNode stop = Rows.require(golden.json(), "stop_test");
        int[] expected = Rows.integers(stop, "tokens");
        Answered answer =
                Answered.alone(
                        input.model(),
                        SLOT,
                        input.length(),
                        last,
                        golden.greedyTokens().length,
                        Set.of(Rows.integer(stop, "eos_token_id")));
        comparison.equal("stop", answer.tokens(), expected);
    }

    private static float[] rows(float[] array, int count, int[] picked) {
        int width = array.length / count;
        float[] rows = new float[picked.length * width];
        for (int i = 0; i < picked.length; i++) {
            System.arraycopy(array, picked[i] * width, rows, i * width, width);
        }
        return rows;
    }

    private static float[] strided(float[] logits) {
        float[] picked = new float[(logits.length + VOCABULARY_STRIDE - 1) / VOCABULARY_STRIDE];
        for (int i = 0; i < picked.length; i++) {
            picked[i] = logits[i * VOCABULARY_STRIDE];
        }
        return picked;
    }
}
