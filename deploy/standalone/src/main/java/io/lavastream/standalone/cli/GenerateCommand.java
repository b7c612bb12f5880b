package io.lavastream.standalone.cli;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.Generation;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.InferenceEngine;
import io.lavastream.engine.runtime.LlavaEngine;
import io.lavastream.standalone.LoadNote;
import io.lavastream.standalone.Progress;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

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
            "  lavastream generate --model DIR --image photo.jpg \"What is this?\"",
            "  lavastream generate --image photo.jpg --temperature 0.7 --seed 1 \"Describe the image.\""
        })
final class GenerateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private SamplingOptions sampling;

    @Option(
            names = "--model",
            paramLabel = "DIR",
            description = "Model directory in Hugging Face layout. Default: the shipped one.")
    private Path model;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An image that the question is about; repeat it for more.")
    private List<Path> images = List.of();

    @Parameters(paramLabel = "QUESTION", description = "The question, as plain text.")
    private String text;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        GenerationRequest request = request();
        try (Progress progress = terminal.progress();
                InferenceEngine engine = open(progress)) {
            PrintStream out = terminal.out();
            Generation generation =
                    engine.submit(
                            request,
                            piece -> {
                                out.print(piece);
                                out.flush();
                            });
            generation.result().join();
            out.println();
            return 0;
        } catch (CompletionException e) {
            return failed((EngineException) e.getCause());
        } catch (EngineException e) {
            return failed(e);
        }
    }

    private int failed(EngineException failure) {
        terminal.err()
                .println("lavastream: %s: %s".formatted(failure.code(), failure.getMessage()));
        return Failures.WRONG_RESULT;
    }

    private InferenceEngine open(Progress progress) {
        try (Progress.Step step = progress.begin("model")) {
            return LlavaEngine.open(
                    EngineConfig.defaults(Optional.ofNullable(model).orElseGet(Home::model)),
                    new LoadNote(step));
        }
    }

    private GenerationRequest request() {
        return new GenerationRequest(
                "generate",
                images.stream().map(ImageFiles::read).map(EncodedImage::of).toList(),
                List.of(),
                text,
                new AnswerFormat.Free(),
                sampling.params(),
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }
}
