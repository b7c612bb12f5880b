package io.lavastream.engine.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.engine.image.ImageDigest;
import java.util.List;
import org.junit.jupiter.api.Test;

class PromptKeyTest {
    private static final ImageDigest CAT = new ImageDigest(1, 2, 3, 4);
    private static final ImageDigest DOG = new ImageDigest(1, 2, 3, 5);

    @Test
    void textIsCommonUpToTheFirstOtherToken() {
        PromptKey one = text(1, 2, 3, 4);

        assertThat(one.commonPrefix(text(1, 2, 9, 4))).isEqualTo(2);
        assertThat(one.commonPrefix(text(1, 2, 3, 4, 5))).isEqualTo(4);
        assertThat(one.commonPrefix(text(1))).isEqualTo(1);
        assertThat(one.commonPrefix(text(7))).isZero();
    }

    @Test
    void anImageIsCommonOnlyWithItself() {
        PromptKey cat = key(List.of(CAT), 1, -1, -1, -1, 5);

        assertThat(cat.commonPrefix(key(List.of(CAT), 1, -1, -1, -1, 6))).isEqualTo(4);
        assertThat(cat.commonPrefix(key(List.of(DOG), 1, -1, -1, -1, 5))).isEqualTo(1);
        assertThat(cat.commonPrefix(text(1, 5))).isEqualTo(1);
    }

    @Test
    void whatFollowsAnotherImageIsNotCommonThoughItsSymbolsAre() {
        PromptKey one = key(List.of(CAT, CAT), 1, -1, 5, -2, 6);
        PromptKey other = key(List.of(CAT, DOG), 1, -1, 5, -2, 6);

        assertThat(one.commonPrefix(other)).isEqualTo(3);
        assertThat(other.commonPrefix(one)).isEqualTo(3);
    }

    private static PromptKey text(int... tokens) {
        return key(List.of(), tokens);
    }

    private static PromptKey key(List<ImageDigest> images, int... symbols) {
        return new PromptKey(symbols, images);
    }
}
