package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.checkpoint.synthetic.SyntheticCheckpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights in 16 bits must not lie in memory in float32 as well, not even for a step. */
class PeakMemoryTest {
    /** JVM, TensorFlow's library and graph, activations of the vision tower, one piece of a matrix. */
    private static final long BESIDE_WEIGHTS = 800L << 20;

    @TempDir Path directory;

    /** 0.58 billion weights: 1.15 GB in 16 bits, 2.3 GB in float32. */
    @Test
    void sixteenBitWeightsStaySo() throws Exception {
        Tier.require("real-size");
        SyntheticCheckpoint small =
                new SyntheticCheckpoint(
                        Layout.HUGGING_FACE,
                        ModelShape.SMALL,
                        TensorType.F16,
                        OptionalInt.empty(),
                        1);
        small.write(directory.resolve("model"), LoadProgress.NONE);

        long half = peak(WeightType.FP16);
        long full = peak(WeightType.F32);

        System.out.printf(
                "peak resident memory of small: %d MiB with fp16, %d MiB with f32; weights of %d MiB"
                        + " in 16 bits%n",
                half >> 20, full >> 20, small.bytes() >> 20);
        assertThat(half).isLessThan(small.bytes() + BESIDE_WEIGHTS);
        assertThat(full).isGreaterThan(2 * small.bytes());
    }

    private long peak(WeightType type) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx256m",
                                "-cp",
                                System.getProperty("java.class.path"),
                                PeakMemory.class.getName(),
                                directory.resolve("model").toString(),
                                type.name())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return Long.parseLong(out.strip());
    }
}
