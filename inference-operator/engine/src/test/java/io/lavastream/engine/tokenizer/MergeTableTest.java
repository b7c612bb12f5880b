package io.lavastream.engine.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class MergeTableTest {
    /** Left, right, rank, result; two share a rank, as pieces of equal score do. */
    private static final int[][] MERGES = {
        {0, 1, 0, 10},
        {1, 0, 1, 11},
        {10, 10, 2, 12},
        {0, 0, 2, 13},
        {13, 1, 3, 14},
        {2, 11, 4, 15},
        {12, 10, 5, 16},
        {14, 13, 6, 17}
    };

    /** The heap and the links give what looking for the best pair again and again gives. */
    @Property
    void mergesAsTheSimpleAlgorithmDoes(
            @ForAll @Size(max = 40) List<@IntRange(min = -1, max = 2) Integer> symbols) {
        MergeTable table = new MergeTable(MERGES.length);
        for (int[] merge : MERGES) {
            table.add(merge[0], merge[1], merge[2], merge[3]);
        }

        int[] merged = table.merge(symbols.stream().mapToInt(Integer::intValue).toArray());

        assertThat(merged).containsExactly(mergeSlowly(symbols));
    }

    private static int[] mergeSlowly(List<Integer> symbols) {
        List<Integer> left = new ArrayList<>(symbols);
        while (true) {
            int[] best = null;
            int place = -1;
            for (int i = 0; i + 1 < left.size(); i++) {
                for (int[] merge : MERGES) {
                    boolean matches = left.get(i) == merge[0] && left.get(i + 1) == merge[1];
                    if (matches && (best == null || merge[2] < best[2])) {
                        best = merge;
                        place = i;
                    }
                }
            }
            if (best == null) {
                return left.stream().mapToInt(Integer::intValue).toArray();
            }
            left.set(place, best[3]);
            left.remove(place + 1);
        }
    }
}
