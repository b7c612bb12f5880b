package io.lavastream.loadtests.bench.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PicturesTest {
    @Test
    void areFilesOfTheWantedSizeThatReadersTake() throws IOException {
        byte[] file = Pictures.of(100, 1).file(3);

        assertThat(file.length).isBetween(95_000, 105_000);
        BufferedImage picture = ImageIO.read(new ByteArrayInputStream(file));
        assertThat(picture.getWidth()).isEqualTo(picture.getHeight()).isEqualTo(183);
    }

    @Test
    void noTwoHaveTheSameBytesAlsoWhenThePixelsComeAgain() {
        Pictures pictures = Pictures.of(1, 1);

        assertThat(pictures.file(0)).isEqualTo(pictures.file(0)).isNotEqualTo(pictures.file(1));
        assertThat(pictures.file(200)).isNotEqualTo(pictures.file(0));
    }

    @Test
    void thereAreNoneOfNoSize() {
        assertThat(Pictures.of(0, 1).none()).isTrue();
    }

    @Test
    void ofTheLargestThereAreFewerDistinctOnesThatMemoryHolds() {
        Pictures pictures = Pictures.of(4_000, 1);

        assertThat(pictures.file(0).length).isGreaterThan(3_800_000);
        assertThat(pictures.file(16)).isNotEqualTo(pictures.file(0));
    }
}
