package io.lavastream.engine.examples;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.GenerationListener;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.runtime.LlavaEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Asks one question about one image. */
public final class AskExample {
    private AskExample() {}

    /** Usage: AskExample CHECKPOINT IMAGE QUESTION */
    public static void main(String[] args) throws IOException {
        EncodedImage image = EncodedImage.of(Files.readAllBytes(Path.of(args[1])));
        try (LlavaEngine engine = LlavaEngine.open(Path.of(args[0]))) {
            GenerationRequest request = GenerationRequest.about(image, args[2]);
            System.out.println(
                    engine.submit(request, GenerationListener.NONE).result().join().text());
        }
    }
}
