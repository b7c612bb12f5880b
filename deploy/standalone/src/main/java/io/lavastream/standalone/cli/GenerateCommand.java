package io.lavastream.standalone.cli;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult;
import io.lavastream.engine.GenerationResult.TokenLogProbability;
import io.lavastream.engine.GenerationResult.TokenProbability;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.standalone.ByteProgress;
import io.lavastream.standalone.Progress;
import java.io.PrintStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The engine alone. */
@Command(
        name = "generate",
        description = {
            "Answers one question with the engine alone, without topics, and prints the text as it grows.",
            "Ends with 1 if the question failed."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream generate --format yes-no --constrained --image a.jpg \"Is there a red circle?\"",
            "  lavastream generate --model DIR --image photo.jpg \"What is this?\"",
            "  lavastream generate --image photo.jpg --temperature 0.7 --seed 1 \"Describe the image.\""
        })
final class GenerateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private QuestionOptions question;
    @Mixin private ModelOptions model;

    @Option(
            names = "--timings",
            description = "Say on standard error where the time went, after the answer.")
    private boolean timings;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        try {
            return answer(request());
        } catch (CompletionException e) {
            return failed((EngineException) e.getCause());
        } catch (EngineException e) {
            return failed(e);
        }
    }

    private int answer(GenerationRequest request) {
        EngineConfig config = model.config();
        terminal.tell(LlavaEngine.check(config));
        try (Progress progress = terminal.progress();
                InferenceEngine engine = open(config, progress)) {
            PrintStream out = terminal.out();
            Generation generation =
                    engine.submit(
                            request,
                            piece -> {
                                out.print(piece);
                                out.flush();
                            });
            GenerationResult result = generation.result().join();
            out.println();
            report(result);
            if (timings) {
                terminal.err().println(Timings.describe(result));
            }
            return 0;
        }
    }

    /** What was asked for beside the text, a line each. */
    private void report(GenerationResult result) {
        result.choices()
                .forEach(
                        choice ->
                                terminal.out()
                                        .printf(
                                                "%s\t%.6f%n",
                                                choice.answer(), choice.probability()));
        result.outside().ifPresent(outside -> terminal.out().printf("outside\t%.6f%n", outside));
        for (TokenLogProbability token : result.logProbabilities()) {
            terminal.out().println(line(token.chosen()));
            token.top().forEach(other -> terminal.out().println("\t" + line(other)));
        }
    }

    private static String line(TokenProbability token) {
        return "%d\t'%s'\t%.6f".formatted(token.id(), token.text(), token.logProbability());
    }

    private int failed(EngineException failure) {
        terminal.err()
                .println("lavastream: %s: %s".formatted(failure.code(), failure.getMessage()));
        return Failures.WRONG_RESULT;
    }

    private static InferenceEngine open(EngineConfig config, Progress progress) {
        try (Progress.Step step = progress.begin("model")) {
            return LlavaEngine.open(config, new ByteProgress(step::note, System::nanoTime));
        }
    }

    private GenerationRequest request() {
        return new GenerationRequest(
                "generate",
                question.images().stream().map(EncodedImage::of).toList(),
                List.of(),
                question.text(),
                question.format().format(),
                question.sampling().params(),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty(),
                question.system());
    }
}
