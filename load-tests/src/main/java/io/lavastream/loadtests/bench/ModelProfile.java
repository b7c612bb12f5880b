package io.lavastream.loadtests.bench;

import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.RunTrace;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.tensorflow.proto.RunMetadata;

/** Where the time of each stage goes: once each, traced. */
final class ModelProfile {
    private final ModelUnderTest model;
    private final BenchSettings settings;
    private final Consumer<String> tables;

    /** @param tables takes one table a stage */
    ModelProfile(ModelUnderTest model, BenchSettings settings, Consumer<String> tables) {
        this.model = model;
        this.settings = settings;
        this.tables = tables;
    }

    void run() {
        if (settings.has(Stage.VISION)) {
            PixelValues image = model.noise();
            profile("vision", () -> model.encodeImage(image));
        }
        if (settings.has(Stage.PREFILL)) {
            Prompt prompt = model.prompt(settings.promptTokens());
            profile("prefill", () -> model.prefill(prompt));
        }
        if (settings.has(Stage.DECODE)) {
            ModelStages.SEQUENCES.stream()
                    .filter(sequences -> sequences <= model.slots())
                    .forEach(this::profileDecode);
        }
    }

    private void profileDecode(int sequences) {
        int[] positions = new int[sequences];
        Arrays.fill(positions, ModelStages.POSITION);
        profile("decode@" + sequences, () -> model.decode(positions));
    }

    private void profile(String title, Runnable work) {
        RunTrace.of(work); // TensorFlow prepares a traced run as it prepares the first of any.
        long begin = System.nanoTime();
        List<RunMetadata> runs = RunTrace.of(work);
        double milliseconds = (System.nanoTime() - begin) / 1e6;
        tables.accept(OperationProfile.table(title, OperationProfile.of(runs), milliseconds));
    }
}
