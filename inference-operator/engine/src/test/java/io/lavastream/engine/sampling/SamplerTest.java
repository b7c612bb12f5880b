package io.lavastream.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.AnswerFormat;
import io.lavastream.engine.EngineException;
import io.lavastream.engine.GenerationRequest;
import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.prompt.PermittedAnswers;
import java.time.Instant;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTest {
    private static final float NEVER = Float.NEGATIVE_INFINITY;

    private final Sampler sampler = new Sampler(new BitSet());

    @Test
    void greedyTakesTheLowestOfEquals() {
        float[] logits = {NEVER, 1, 3, 3, Float.NaN};

        assertThat(sampler.next(logits, SamplingParams.greedy(), 7, 0)).isEqualTo(2);
    }

    @Test
    void isAFunctionOfSeedAndIndex() {
        float[] logits = logits(1000);
        SamplingParams params = params(1, 1, 0);

        int[] tokens = new int[50];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = sampler.next(logits, params, 42, i);
        }
        for (int i = tokens.length - 1; i >= 0; i--) {
            assertThat(new Sampler(new BitSet()).next(logits, params, 42, i)).isEqualTo(tokens[i]);
        }
        assertThat(Set.copyOf(Arrays.stream(tokens).boxed().toList())).hasSizeGreaterThan(10);
    }

    @Test
    void neverChoosesAnIdAtMinusInfinity() {
        float[] logits = {NEVER, 0, NEVER, 0, NEVER};

        for (int i = 0; i < 200; i++) {
            assertThat(sampler.next(logits, params(100, 1, 0), 1, i)).isIn(1, 3);
            assertThat(sampler.next(logits, params(1, 0.99, 4), 1, i)).isIn(1, 3);
        }
    }

    @Test
    void refusesLogitsWithoutAFiniteOne() {
        assertThatThrownBy(() -> sampler.next(new float[] {NEVER}, params(1, 1, 0), 1, 0))
                .isInstanceOf(EngineException.class)
                .hasMessageContaining("none of 1 is finite and may be chosen");
    }

    @Test
    void choosesTheMostProbableOfThoseThatWeighNothing() {
        BitSet first = new BitSet();
        first.set(0);
        float[] logits = {20, -9, 5, 5, NEVER};

        int token = new Sampler(first).next(logits, params(0.01, 1, 0), 1, 0);

        assertThat(token).isEqualTo(2);
        assertThat(TokenDistribution.of(logits, params(0.01, 1, 0), first).size()).isEqualTo(1);
    }

    @Test
    void choosesAsOftenAsProbable() {
        float[] logits = {0, (float) Math.log(2), (float) Math.log(5)};
        int[] counts = new int[3];
        int draws = 80_000;
        for (int i = 0; i < draws; i++) {
            counts[sampler.next(logits, params(1, 1, 0), 3, i)]++;
        }

        // Four standard deviations of a share of 80 000 draws are 0.007 at most.
        assertThat(counts[0] / (double) draws).isCloseTo(1 / 8.0, within(0.008));
        assertThat(counts[1] / (double) draws).isCloseTo(2 / 8.0, within(0.008));
        assertThat(counts[2] / (double) draws).isCloseTo(5 / 8.0, within(0.008));
    }

    @Test
    void keepsTheSmallestSetThatReachesTopP() {
        float[] logits = {(float) Math.log(0.2), (float) Math.log(0.5), (float) Math.log(0.3)};

        assertThat(TokenDistribution.of(logits, params(1, 0.45, 0), new BitSet()).size())
                .isEqualTo(1);
        assertThat(TokenDistribution.of(logits, params(1, 0.6, 0), new BitSet()).size())
                .isEqualTo(2);
        TokenDistribution two = TokenDistribution.of(logits, params(1, 0.75, 0), new BitSet());
        assertThat(two.probability(0)).isZero();
        assertThat(two.probability(1)).isCloseTo(0.625, within(1e-6));
        assertThat(two.probability(2)).isCloseTo(0.375, within(1e-6));
    }

    @Test
    void keepsTheTopKAndTheirTies() {
        float[] logits = logits(5000);
        float[] sorted = logits.clone();
        Arrays.sort(sorted);

        for (int k : new int[] {1, 2, 50, 4999, 5000, 9000}) {
            TokenDistribution kept = TokenDistribution.of(logits, params(0.7, 1, k), new BitSet());
            float threshold = sorted[Math.max(0, 5000 - k)];
            int expected = 0;
            for (int id = 0; id < logits.length; id++) {
                boolean keeps = logits[id] >= threshold;
                expected += keeps ? 1 : 0;
                assertThat(kept.probability(id) > 0).isEqualTo(keeps);
            }
            assertThat(kept.size()).isEqualTo(expected);
        }
        assertThat(
                        TokenDistribution.of(new float[] {1, 1, 0}, params(1, 1, 1), new BitSet())
                                .size())
                .isEqualTo(2);
    }

    /** As few as a sorted list says, and of equals those with the lowest ids. */
    @Test
    void keepsOfManyTheSmallestSetThatReachesTopP() {
        float[] flat = new float[5000];
        for (float[] logits : List.of(logits(5000), logits(77), flat)) {
            for (double temperature : new double[] {0.01, 0.7, 1, 9}) {
                for (double topP : new double[] {1e-9, 0.1, 0.5, 0.9, 0.999_999}) {
                    TokenDistribution kept =
                            TokenDistribution.of(
                                    logits, params(temperature, topP, 0), new BitSet());

                    Set<Integer> expected = mostProbable(logits, temperature, topP);
                    assertThat(kept.size()).isEqualTo(expected.size());
                    assertThat(expected)
                            .allSatisfy(id -> assertThat(kept.probability(id)).isPositive());
                }
            }
        }
    }

    private static Set<Integer> mostProbable(float[] logits, double temperature, double topP) {
        List<Integer> sorted =
                IntStream.range(0, logits.length)
                        .boxed()
                        .sorted(Comparator.comparingDouble(id -> -logits[id]))
                        .toList();
        double largest = logits[sorted.get(0)];
        double[] weights =
                sorted.stream()
                        .mapToDouble(id -> Math.exp((logits[id] - largest) / temperature))
                        .toArray();
        double wanted = topP * Arrays.stream(weights).sum();
        double share = 0;
        int count = 0;
        while (share < wanted) {
            share += weights[count++];
        }
        return Set.copyOf(sorted.subList(0, count));
    }

    @Test
    void makesTheSeedFromTheRequest() {
        SamplingParams sampled = params(1, 1, 0);
        SamplingParams seeded = new SamplingParams(1, 1, 0, 9, List.of(), OptionalLong.of(-5));

        assertThat(Sampler.seedFor(request("a", SamplingParams.greedy()))).isZero();
        assertThat(Sampler.seedFor(request("a", seeded))).isEqualTo(-5);
        assertThat(Sampler.seedFor(request("a", sampled)))
                .isEqualTo(Sampler.seedFor(request("a", sampled)))
                .isNotEqualTo(Sampler.seedFor(request("b", sampled)));
    }

    @Test
    void dividesTheBeliefAmongPermittedAnswers() {
        Map<String, Set<Integer>> pooled = new LinkedHashMap<>();
        pooled.put("Yes", Set.of(0, 2));
        pooled.put("No", Set.of(3));
        float[] logits = {0, (float) Math.log(2), 0, (float) Math.log(6)};

        ChoiceProbabilities probabilities =
                ChoiceProbabilities.of(logits, new PermittedAnswers(pooled, Map.of(), false));
        List<ChoiceProbability> choices = probabilities.choices();

        assertThat(choices).extracting(ChoiceProbability::answer).containsExactly("Yes", "No");
        assertThat(choices.get(0).probability()).isCloseTo(0.25, within(1e-6));
        assertThat(choices.get(1).probability()).isCloseTo(0.75, within(1e-6));
        assertThat(probabilities.outside().getAsDouble()).isCloseTo(0.2, within(1e-6));
        PermittedAnswers any = new PermittedAnswers(Map.of(), Map.of(), false);
        assertThat(ChoiceProbabilities.of(logits, any)).isEqualTo(ChoiceProbabilities.NONE);
    }

    /** Rounded, so that some are equal. */
    private static float[] logits(int length) {
        Random random = new Random(length);
        float[] logits = new float[length];
        for (int i = 0; i < length; i++) {
            logits[i] = Math.round(random.nextGaussian() * 300) / 100f;
        }
        return logits;
    }

    private static SamplingParams params(double temperature, double topP, int topK) {
        return new SamplingParams(temperature, topP, topK, 9, List.of(), OptionalLong.empty());
    }

    private static GenerationRequest request(String id, SamplingParams sampling) {
        return new GenerationRequest(
                id,
                List.of(),
                List.of(),
                "Q?",
                new AnswerFormat.Free(),
                sampling,
                GenerationRequest.INTERACTIVE,
                Instant.MAX,
                Optional.empty());
    }
}
