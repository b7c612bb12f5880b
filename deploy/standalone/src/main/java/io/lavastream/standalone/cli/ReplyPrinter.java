package io.lavastream.standalone.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Failure;
import io.lavastream.schemas.TokenLogprobs;
import io.lavastream.schemas.TokenProbability;
import io.lavastream.standalone.client.Reply;

/**
 * Prints the outcome of one question.
 *
 * @param json whether as a JSON object, or as text
 */
record ReplyPrinter(Terminal terminal, boolean json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Returns whether it is an answer. */
    boolean print(Reply reply) {
        if (reply instanceof Reply.Answered answered) {
            terminal.out().println(json ? toJson(answered.answer()) : answered.answer().getText());
            return true;
        }
        Failure failure = ((Reply.Failed) reply).failure();
        if (json) {
            terminal.out().println(toJson(failure));
        } else {
            terminal.err()
                    .println(
                            "lavastream: %s: %s".formatted(failure.getCode(), failure.getDetail()));
        }
        return false;
    }

    /** All that the outcome says. */
    static ObjectNode toJson(Reply reply) {
        return reply instanceof Reply.Answered answered
                ? toJson(answered.answer())
                : toJson(((Reply.Failed) reply).failure());
    }

    private static ObjectNode toJson(Answer answer) {
        ObjectNode json = JSON.createObjectNode();
        json.put("request_id", answer.getRequestId());
        json.put("answer", answer.getText());
        json.put("finish_reason", answer.getFinishReason().name());
        json.putObject("tokens")
                .put("prompt", answer.getTokens().getPrompt())
                .put("image", answer.getTokens().getImage())
                .put("generated", answer.getTokens().getGenerated());
        if (!answer.getChoices().isEmpty()) {
            ObjectNode choices = json.putObject("choices");
            answer.getChoices()
                    .forEach(choice -> choices.put(choice.getAnswer(), choice.getProbability()));
        }
        if (answer.getOutside() != null) {
            json.put("outside", answer.getOutside());
        }
        if (!answer.getLogprobs().isEmpty()) {
            ArrayNode places = json.putArray("logprobs");
            for (TokenLogprobs place : answer.getLogprobs()) {
                ObjectNode node = put(places.addObject(), place.getChosen());
                ArrayNode top = node.putArray("top");
                place.getTop().forEach(token -> put(top.addObject(), token));
            }
        }
        json.putObject("millis")
                .put("queue", answer.getTimes().getQueueMs())
                .put("fetch", answer.getTimes().getFetchMs())
                .put("vision", answer.getTimes().getVisionMs())
                .put("prefill", answer.getTimes().getPrefillMs())
                .put("decode", answer.getTimes().getDecodeMs());
        json.put("model", answer.getModel());
        json.put("model_revision", answer.getModelRevision());
        json.put("template", answer.getTemplate());
        json.put("image_mode", answer.getImageMode());
        json.put("seed", answer.getSeed());
        return json;
    }

    private static ObjectNode put(ObjectNode node, TokenProbability token) {
        return node.put("id", token.getId())
                .put("text", token.getText())
                .put("logprob", token.getLogprob());
    }

    private static ObjectNode toJson(Failure failure) {
        ObjectNode json = JSON.createObjectNode();
        json.put("request_id", failure.getRequestId());
        json.putObject("failure")
                .put("code", failure.getCode().name())
                .put("detail", failure.getDetail())
                .put("stage", failure.getStage().name())
                .put("retryable", failure.getRetryable());
        return json;
    }
}
