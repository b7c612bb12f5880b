package io.lavastream.loadtests;

import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.standalone.demo.SceneQuestion;
import io.lavastream.standalone.demo.Scenes;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A picture that the shipped model knows, and a question with a known answer about it. */
public record SampleScene(ByteBuffer image, String question, String answer) {
    /** The checkout's root, whatever directory the test runs in. */
    public static final Path ROOT = root();

    static final Path MODEL = ROOT.resolve("deploy/models/scenes-llava");

    /** The first of the shipped scenes with a known answer. */
    public static SampleScene first() {
        return all().get(0);
    }

    /** All shipped scenes with a known answer. */
    public static List<SampleScene> all() {
        Scenes scenes = Scenes.in(ROOT.resolve("deploy/scenes"));
        return scenes.questions().stream()
                .filter(question -> question.answer().isPresent())
                .map(question -> of(scenes, question))
                .toList();
    }

    /** The same question under another id. */
    public Question as(String requestId) {
        return Question.newBuilder()
                .setRequestId(requestId)
                .setText(question)
                .setImages(List.of(inline(image)))
                .build();
    }

    static ImageSource inline(ByteBuffer image) {
        return ImageSource.newBuilder().setData(image.duplicate()).build();
    }

    private static SampleScene of(Scenes scenes, SceneQuestion question) {
        return new SampleScene(
                ByteBuffer.wrap(scenes.imageOf(question)),
                question.question(),
                question.answer().orElseThrow());
    }

    private static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("mvnw"))) {
            directory = directory.getParent();
        }
        return directory;
    }
}
