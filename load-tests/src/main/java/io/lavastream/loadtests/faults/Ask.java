package io.lavastream.loadtests.faults;

import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.standalone.demo.SceneQuestion;
import io.lavastream.standalone.demo.Scenes;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Something that the shipped model can be asked.
 *
 * @param imageId the id under which its picture is on the images' topic
 * @param answer what the model answers, always: it takes the most probable token
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Ask(String imageId, byte[] picture, String question, String answer) {

    /** The shipped scenes whose answer is known. */
    static List<Ask> of(Scenes scenes) {
        return scenes.questions().stream()
                .filter(scene -> scene.referenceAnswer().isPresent())
                .map(scene -> of(scenes, scene))
                .toList();
    }

    private static Ask of(Scenes scenes, SceneQuestion scene) {
        return new Ask(
                scene.requestId(),
                scenes.imageOf(scene),
                scene.question(),
                scene.referenceAnswer().orElseThrow());
    }

    /** The picture on its own. */
    Image image() {
        return Image.newBuilder().setImageId(imageId).setData(ByteBuffer.wrap(picture)).build();
    }

    /** The question under {@code requestId}, with its picture inside or by its id. */
    Question question(String requestId, boolean byId) {
        ImageSource.Builder source = ImageSource.newBuilder();
        return Question.newBuilder()
                .setRequestId(requestId)
                .setText(question)
                .setImages(
                        List.of(
                                byId
                                        ? source.setImageId(imageId).build()
                                        : source.setData(ByteBuffer.wrap(picture)).build()))
                .build();
    }
}
