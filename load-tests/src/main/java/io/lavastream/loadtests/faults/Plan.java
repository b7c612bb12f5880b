package io.lavastream.loadtests.faults;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * Which faults strike in which round, and when: decided by a seed alone.
 *
 * @param rounds in their order
 */
record Plan(List<Round> rounds) {
    private static final double SHARE_OF_PAIRS = 0.4;
    private static final Duration EARLIEST = Duration.ofSeconds(2);
    private static final Duration LATEST = Duration.ofSeconds(5);
    private static final Duration SHORTEST = Duration.ofSeconds(3);
    private static final Duration LONGEST = Duration.ofSeconds(12);

    Plan {
        rounds = List.copyOf(rounds);
    }

    /**
     * One round.
     *
     * @param faults one, or two that strike different parts at once
     * @param delay from the first question to the faults
     * @param length how long what has a length lasts
     */
    record Round(int number, List<Fault> faults, Duration delay, Duration length) {
        Round {
            faults = List.copyOf(faults);
        }

        /** Begins the ids of the round's questions. */
        String prefix() {
            return "round-%03d".formatted(number);
        }
    }

    /** {@code count} rounds of {@code faults}, which are drawn like cards: none comes again before all have come. */
    static Plan of(long seed, int count, List<Fault> faults) {
        if (count < 1) {
            throw new IllegalArgumentException("rounds: %d (expected: >= 1)".formatted(count));
        }
        Random random = new Random(seed);
        Deque<Fault> deck = new ArrayDeque<>();
        List<Round> rounds = new ArrayList<>();
        for (int number = 1; number <= count; number++) {
            List<Fault> drawn = new ArrayList<>(List.of(draw(deck, faults, random)));
            if (random.nextDouble() < SHARE_OF_PAIRS) {
                Fault second = draw(deck, faults, random);
                if (Collections.disjoint(second.touched(), drawn.get(0).touched())) {
                    drawn.add(second);
                } else {
                    deck.push(second); // Comes alone in the next round.
                }
            }
            rounds.add(
                    new Round(
                            number,
                            drawn,
                            between(EARLIEST, LATEST, random),
                            between(SHORTEST, LONGEST, random)));
        }
        return new Plan(rounds);
    }

    private static Fault draw(Deque<Fault> deck, List<Fault> faults, Random random) {
        if (deck.isEmpty()) {
            List<Fault> shuffled = new ArrayList<>(faults);
            Collections.shuffle(shuffled, random);
            deck.addAll(shuffled);
        }
        return deck.pop();
    }

    private static Duration between(Duration least, Duration most, Random random) {
        return least.plusMillis(random.nextInt((int) most.minus(least).toMillis()));
    }
}
