package io.lavastream.loadtests.bench.jmh;

import io.lavastream.engine.EncodedImage;
import io.lavastream.engine.image.ImagePreprocessing;
import io.lavastream.engine.image.ImagePreprocessor;
import io.lavastream.engine.image.PixelValues;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** From an image file to the pixels that the vision tower takes: decoding, resizing, cutting, normalising. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class PreprocessingBenchmark {
    private static final int SIZE = 336;

    /** Of the file. */
    @Param({"jpeg", "png"})
    public String format = "";

    /** Pixels of one side of the picture. */
    @Param({"336", "1024"})
    public int side;

    private final ImagePreprocessor preprocessor =
            new ImagePreprocessor(ImagePreprocessing.clip(ImagePreprocessing.Mode.CROP, SIZE));
    private EncodedImage image = EncodedImage.of(new byte[0]);

    /** Draws a picture of gradients with a little noise, which compresses as photographs do. */
    @Setup
    public void draw() throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        BufferedImage picture = new BufferedImage(side, side, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                int noise = random.nextInt(8);
                int red = 240 * x / side + noise;
                int green = 240 * y / side + noise;
                picture.setRGB(x, y, red << 16 | green << 8 | noise);
            }
        }
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        ImageIO.write(picture, format, file);
        image = EncodedImage.of(file.toByteArray());
    }

    @Benchmark
    public PixelValues process() {
        return preprocessor.process(image);
    }
}
