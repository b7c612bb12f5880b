package io.lavastream.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sums of attention by machine code, on machines that have it, against one number after the other. */
class CacheStreamsTest {
    private static final int PAGES = 6;

    private final Random random = new Random(9);

    @BeforeAll
    static void needsTheCode() {
        if (StreamUnit.INSTANCE.isEmpty()) {
            System.out.println(
                    "not run: the machine has no AVX-512, or lets this process have no code of its own");
        }
        assumeThat(StreamUnit.INSTANCE).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "1,0,1,32,32,1",
        "4,0,4,64,64,64",
        "16,8,8,64,64,129",
        "7,1,6,128,64,200",
        "5,0,5,64,128,383",
        "3,0,3,128,128,256",
        "9,2,3,32,64,64",
        "2,1,1,128,32,33"
    })
    void addsInOrder(int heads, int first, int count, int size, int positions, int length) {
        float[] keys = Buffers.floats(random, PAGES * heads * size * positions);
        float[] values = Buffers.floats(random, keys.length);
        PagedCache cache =
                new PagedCache(
                        Buffers.direct(keys), Buffers.direct(values), heads, positions, size);
        int[] pages = random.ints(0, PAGES).distinct().limit(cache.pagesOf(length)).toArray();
        int room = pages.length * positions;
        float[] queries = Buffers.floats(random, count * size);
        float[] shares = Buffers.floats(random, count * room);
        float[] scores = new float[count * room];
        float[] found = Buffers.floats(random, count * size);

        CacheStreams streams = CacheStreams.of(cache, 1).orElseThrow();
        streams.scores(pages, first, count, queries, scores);
        streams.found(pages, length, first, count, shares, found);

        for (int head = 0; head < count; head++) {
            for (int position = 0; position < room; position++) {
                int at = cache.at(pages[position / positions], first + head) / Float.BYTES;
                float sum = 0;
                for (int i = 0; i < size; i++) {
                    float key = keys[at + i * positions + position % positions];
                    sum = Math.fma(queries[head * size + i], key, sum);
                }
                assertThat(scores[head * room + position]).isEqualTo(sum);
            }
            for (int i = 0; i < size; i++) {
                float sum = 0;
                for (int position = 0; position < length; position++) {
                    int at = cache.at(pages[position / positions], first + head) / Float.BYTES;
                    float value = values[at + position % positions * size + i];
                    sum = Math.fma(shares[head * room + position], value, sum);
                }
                assertThat(found[head * size + i]).isEqualTo(sum);
            }
        }
    }

    @Test
    void readsNoPageThatIsNotThere() {
        PagedCache cache = cache(PAGES);
        CacheStreams streams = CacheStreams.of(cache, 1).orElseThrow();
        float[] queries = new float[2 * 64];

        assertThatThrownBy(() -> streams.scores(new int[] {PAGES}, 0, 2, queries, new float[128]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> streams.scores(new int[] {-1}, 0, 2, queries, new float[128]))
                .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(
                        () ->
                                streams.found(
                                        new int[] {0}, 65, 0, 2, new float[256], new float[128]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("65 positions (expected: up to 64, in 1 pages)");
    }

    @Test
    void headsWithSomeQueriesAreNotForIt() {
        assertThat(CacheStreams.of(cache(1), 2)).isEmpty();
    }

    private static PagedCache cache(int pages) {
        float[] nothing = new float[pages * 2 * 64 * 64];
        return new PagedCache(Buffers.direct(nothing), Buffers.direct(nothing), 2, 64, 64);
    }
}
