package io.lavastream.standalone.demo;

import io.lavastream.schemas.FailureCode;
import java.util.Optional;

/**
 * One line of a {@code questions.jsonl}.
 *
 * @param image path of the image file beside the questions
 * @param answer the right answer; empty where none is known
 * @param referenceAnswer what the reference implementation gives with the same model; empty where not known
 * @param failure the failure that the question must end with, for a broken input
 * @param kind what the question is about, such as {@code color}
 */
public record SceneQuestion(
        String requestId,
        String image,
        String question,
        Optional<String> answer,
        Optional<String> referenceAnswer,
        Optional<FailureCode> failure,
        String kind) {}
