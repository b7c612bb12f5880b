package io.lavastream.standalone.demo;

import static java.util.Objects.requireNonNull;

import io.lavastream.schemas.Image;
import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.LongSupplier;

/**
 * Asks all questions of a folder of scenes through the topics and follows their outcomes. Images travel in turn inside
 * the question, by id before it, and by id after it. Not thread-safe.
 */
public final class Demo {
    /** Questions under way at once: enough to keep the engine busy, few enough that times mean something. */
    private static final int WINDOW = 8;

    private static final Duration POLL = Duration.ofMillis(200);

    private final VqaClient client;
    private final List<String> lanes;
    private final LongSupplier nanos;
    private final Scoreboard scoreboard = new Scoreboard();
    private final Map<String, Travel> travels = new HashMap<>();
    private int sent;

    /** How an image gets to the service. */
    private enum Travel {
        INLINE,
        BEFORE,
        AFTER
    }

    /**
     * @param lanes the questions are spread over them
     * @param nanos a monotonic clock
     */
    public Demo(VqaClient client, List<String> lanes, LongSupplier nanos) {
        this.client = requireNonNull(client, "client");
        this.lanes = List.copyOf(lanes);
        this.nanos = requireNonNull(nanos, "nanos");
    }

    /**
     * Runs until every question has its outcome, or nothing has come for {@code patience}; then looks a little
     * longer for outcomes that must not come.
     */
    public Scoreboard run(Scenes scenes, DemoReport report, Duration patience) {
        report.begin();
        Queue<SceneQuestion> waiting = new ArrayDeque<>(scenes.questions());
        long lastReply = nanos.getAsLong();
        while (!waiting.isEmpty() || scoreboard.open() > 0) {
            while (!waiting.isEmpty() && scoreboard.open() < WINDOW) {
                ask(scenes, waiting.remove());
            }
            if (receive(report) > 0) {
                lastReply = nanos.getAsLong();
            } else if (nanos.getAsLong() - lastReply > patience.toNanos()) {
                waiting.forEach(question -> scoreboard.asked(question, nanos.getAsLong()));
                return scoreboard;
            }
        }
        receive(report);
        return scoreboard;
    }

    private int receive(DemoReport report) {
        List<Reply> replies = client.poll(POLL);
        long now = nanos.getAsLong();
        replies.forEach(reply -> scoreboard.replied(reply, now).ifPresent(report::result));
        return replies.size();
    }

    private void ask(Scenes scenes, SceneQuestion question) {
        byte[] image = scenes.imageOf(question);
        boolean first = !travels.containsKey(question.image());
        Travel travel = travels.computeIfAbsent(question.image(), path -> nextTravel());
        if (first && travel == Travel.BEFORE) {
            client.send(imageRecord(question, image));
        }
        scoreboard.asked(question, nanos.getAsLong());
        client.send(lanes.get(sent++ % lanes.size()), record(question, travel, image));
        if (first && travel == Travel.AFTER) {
            client.send(imageRecord(question, image));
        }
    }

    private Travel nextTravel() {
        return Travel.values()[travels.size() % Travel.values().length];
    }

    private static Question record(SceneQuestion question, Travel travel, byte[] image) {
        ImageSource.Builder source = ImageSource.newBuilder();
        if (travel == Travel.INLINE) {
            source.setData(ByteBuffer.wrap(image));
        } else {
            source.setImageId(question.image());
        }
        return Question.newBuilder()
                .setRequestId(question.requestId())
                .setImages(List.of(source.build()))
                .setText(question.question())
                .build();
    }

    private static Image imageRecord(SceneQuestion question, byte[] image) {
        return Image.newBuilder()
                .setImageId(question.image())
                .setData(ByteBuffer.wrap(image))
                .build();
    }
}
