package io.lavastream.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ChunkMapTest {
    private static List<Integer> allPlaces(ChunkMap map, int[] lengths) {
        List<Integer> places = new ArrayList<>();
        for (int slot = 0; slot < lengths.length; slot++) {
            Arrays.stream(map.places(slot, lengths[slot])).forEach(places::add);
        }
        return places;
    }

    @Test
    void slotsFollowEachOtherAtFirst() {
        ChunkMap map = new ChunkMap(new int[] {2, 3});

        assertThat(map.count()).isEqualTo(5);
        assertThat(map.places(0, 2)).containsExactly(0, 1);
        assertThat(map.places(1, 3)).containsExactly(2, 3, 4);
    }

    @Test
    void nothingMovesWhereAllThatIsNeededLiesInFrontAlready() {
        ChunkMap map = new ChunkMap(new int[] {2, 3});

        assertThat(map.toFront(new int[] {1, 0}, new int[] {1, 2})).isEmpty();
    }

    @Test
    void aSlotBehindAnIdleOneChangesPlacesWithIt() {
        ChunkMap map = new ChunkMap(new int[] {2, 3});

        map.exchanged(map.toFront(new int[] {1}, new int[] {2}));

        assertThat(map.places(1, 3)).containsExactly(0, 1, 4);
        assertThat(map.places(0, 2)).containsExactly(2, 3);
    }

    /** The cache itself moves along: what a chunk holds is found wherever it went. */
    @Property(tries = 300)
    void whatAStepNeedsLiesInFrontAndNothingIsLost(
            @ForAll @IntRange(min = 1, max = 12) int slots, @ForAll long seed) {
        Random random = new Random(seed);
        int[] lengths = random.ints(slots, 1, 9).toArray();
        ChunkMap map = new ChunkMap(lengths);
        List<Integer> cache = new ArrayList<>(IntStream.range(0, map.count()).boxed().toList());
        List<Integer> held = allPlaces(map, lengths);

        for (int step = 0; step < 20; step++) {
            List<Integer> order = new ArrayList<>(IntStream.range(0, slots).boxed().toList());
            Collections.shuffle(order, random);
            int[] running =
                    order.stream().limit(1 + random.nextInt(slots)).mapToInt(i -> i).toArray();
            int[] counts =
                    Arrays.stream(running).map(slot -> 1 + random.nextInt(lengths[slot])).toArray();

            List<ChunkMap.Exchange> exchanges = map.toFront(running, counts);
            exchanges.forEach(
                    exchange -> Collections.swap(cache, exchange.one(), exchange.other()));
            map.exchanged(exchanges);

            int needed = Arrays.stream(counts).sum();
            List<Integer> front = new ArrayList<>();
            for (int i = 0; i < running.length; i++) {
                Arrays.stream(map.places(running[i], counts[i])).forEach(front::add);
            }
            assertThat(front)
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, needed).boxed().toList());
            assertThat(exchanges)
                    .allSatisfy(
                            exchange -> {
                                assertThat(exchange.one()).isLessThan(needed);
                                assertThat(exchange.other()).isGreaterThanOrEqualTo(needed);
                            });
            assertThat(allPlaces(map, lengths).stream().map(cache::get)).isEqualTo(held);
        }
    }
}
