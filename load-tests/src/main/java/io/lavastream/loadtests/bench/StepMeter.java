package io.lavastream.loadtests.bench;

import io.lavastream.engine.model.RunTrace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/**
 * What the engine's own thread does between two runs of TensorFlow, or waits for: choosing tokens, text, scheduling, feeding. The Flight
 * Recorder notes when a run begins and ends.
 */
final class StepMeter implements AutoCloseable {
    private static final String ENGINE_THREAD = "lavastream-engine";

    private final Recording recording = new Recording();

    /** Begins to measure. */
    StepMeter() {
        recording.enable(RunTrace.EVENT).withThreshold(Duration.ZERO);
        recording.start();
    }

    /** Milliseconds from the end of each run that began at {@code from} or later to the beginning of the next; ends the measurement. */
    Samples betweenSince(Instant from) {
        recording.stop();
        List<RecordedEvent> runs =
                events().stream()
                        .filter(run -> run.getThread().getJavaName().startsWith(ENGINE_THREAD))
                        .filter(run -> !run.getStartTime().isBefore(from))
                        .sorted(Comparator.comparing(RecordedEvent::getStartTime))
                        .toList();
        Samples millis = new Samples();
        for (int i = 1; i < runs.size(); i++) {
            Duration between =
                    Duration.between(runs.get(i - 1).getEndTime(), runs.get(i).getStartTime());
            millis.add(between.toNanos() / 1e6);
        }
        return millis;
    }

    private List<RecordedEvent> events() {
        try {
            Path file = Files.createTempFile("lavastream-steps", ".jfr");
            try {
                recording.dump(file);
                return RecordingFile.readAllEvents(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        recording.close();
    }
}
