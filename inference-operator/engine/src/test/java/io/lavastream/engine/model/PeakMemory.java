package io.lavastream.engine.model;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;

/** A process of its own that loads a model, runs every signature and prints its peak resident memory, in bytes. */
final class PeakMemory {
    private PeakMemory() {}

    /** Usage: PeakMemory MODEL TYPE */
    public static void main(String[] arguments) throws IOException {
        ModelSettings settings =
                ModelSettings.of(1, 64).withWeights(WeightType.valueOf(arguments[1]));
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(arguments[0]));
                LlavaModel model =
                        LlavaModel.open(checkpoint, settings, new BitSet(), LoadProgress.NONE)) {
            model.warmUp(Duration.ofMillis(300), System::nanoTime);
            System.out.println(peakBytes());
        }
    }

    private static long peakBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
