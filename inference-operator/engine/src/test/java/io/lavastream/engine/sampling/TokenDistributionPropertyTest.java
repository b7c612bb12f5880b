package io.lavastream.engine.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.SamplingParams;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Laws of the distribution for any logits, settings and ids that are never produced. */
class TokenDistributionPropertyTest {
    private static final BitSet NONE = new BitSet();

    @Property(tries = 500)
    void isADistributionThatNeverContradictsTheLogits(
            @ForAll("logits") float[] logits,
            @ForAll("params") SamplingParams params,
            @ForAll("ids") BitSet neverProduced) {
        Assume.that(permitted(logits, neverProduced).length > 0);

        TokenDistribution distribution = TokenDistribution.of(logits, params, neverProduced);

        double sum = 0;
        for (int a = 0; a < logits.length; a++) {
            double probability = distribution.probability(a);
            sum += probability;
            if (!Float.isFinite(logits[a]) || neverProduced.get(a)) {
                assertThat(probability).isZero();
            }
            for (int b = 0; b < logits.length; b++) {
                if (logits[a] > logits[b] && distribution.probability(b) > 0) {
                    assertThat(probability >= distribution.probability(b) || neverProduced.get(a))
                            .as("%d is likelier than %d", a, b)
                            .isTrue();
                }
            }
        }
        assertThat(sum).isCloseTo(1, within(1e-9));
    }

    @Property(tries = 300)
    void choosesOnlyWhatIsProbable(
            @ForAll("logits") float[] logits,
            @ForAll("params") SamplingParams params,
            @ForAll("ids") BitSet neverProduced,
            @ForAll long seed,
            @ForAll @IntRange(max = 5_000) int index) {
        Assume.that(permitted(logits, neverProduced).length > 0);

        int token = new Sampler(neverProduced).next(logits, params, seed, index);

        assertThat(TokenDistribution.of(logits, params, neverProduced).probability(token))
                .isPositive();
        assertThat(new Sampler(neverProduced).next(logits, params, seed, index)).isEqualTo(token);
    }

    @Property(tries = 300)
    void topKKeepsAllThatFewerThanKExceed(
            @ForAll("logits") float[] logits, @ForAll @IntRange(min = 1, max = 40) int k) {
        Assume.that(permitted(logits, NONE).length > 0);
        TokenDistribution kept = TokenDistribution.of(logits, params(1, 1, k), NONE);

        for (int id : permitted(logits, NONE)) {
            float logit = logits[id];
            long above =
                    IntStream.of(permitted(logits, NONE)).filter(i -> logits[i] > logit).count();
            assertThat(kept.probability(id) > 0).isEqualTo(above < k);
        }
    }

    @Property(tries = 300)
    void topPKeepsTheSmallestSetThatReachesIt(
            @ForAll("logits") float[] logits,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double topP) {
        Assume.that(permitted(logits, NONE).length > 0);
        TokenDistribution all = TokenDistribution.of(logits, params(1, 1, 0), NONE);
        TokenDistribution kept = TokenDistribution.of(logits, params(1, topP, 0), NONE);

        double mass = 0;
        double least = 1;
        for (int id : permitted(logits, NONE)) {
            if (kept.probability(id) > 0) {
                mass += all.probability(id);
                least = Math.min(least, all.probability(id));
            }
        }
        assertThat(mass).isGreaterThanOrEqualTo(topP - 1e-9);
        assertThat(mass - least).isLessThan(topP + 1e-9);
        for (int id : permitted(logits, NONE)) {
            for (int before = 0; before < id; before++) {
                if (logits[before] == logits[id] && kept.probability(id) > 0) {
                    assertThat(kept.probability(before)).as("of equals the first").isPositive();
                }
            }
        }
    }

    @Property(tries = 300)
    void minPKeepsWhatIsNearTheMostProbable(
            @ForAll("logits") float[] logits,
            @ForAll @DoubleRange(min = 0.01, max = 1) double minP) {
        Assume.that(permitted(logits, NONE).length > 0);
        TokenDistribution all = TokenDistribution.of(logits, params(1, 1, 0), NONE);
        TokenDistribution kept = TokenDistribution.of(logits, params(1, 1, 0).withMinP(minP), NONE);

        double most = 0;
        for (int id : permitted(logits, NONE)) {
            most = Math.max(most, all.probability(id));
        }
        for (int id : permitted(logits, NONE)) {
            double share = all.probability(id) / most;
            if (Math.abs(share - minP) > 1e-9) {
                assertThat(kept.probability(id) > 0).isEqualTo(share > minP);
            }
        }
    }

    @Property(tries = 300)
    void removesWhatIsNeverProducedLast(
            @ForAll("logits") float[] logits,
            @ForAll("params") SamplingParams params,
            @ForAll("ids") BitSet neverProduced) {
        Assume.that(permitted(logits, neverProduced).length > 0);
        TokenDistribution with = TokenDistribution.of(logits, params, NONE);
        double left =
                IntStream.of(permitted(logits, neverProduced)).mapToDouble(with::probability).sum();
        Assume.that(left > 1e-9);

        TokenDistribution without = TokenDistribution.of(logits, params, neverProduced);

        for (int id : permitted(logits, neverProduced)) {
            assertThat(without.probability(id))
                    .isCloseTo(with.probability(id) / left, within(1e-9));
        }
    }

    @Property(tries = 200)
    void aPenaltyLowersWhatWasGeneratedAndNothingElse(
            @ForAll("logits") float[] logits,
            @ForAll @IntRange(max = 23) int generated,
            @ForAll @DoubleRange(min = 1, max = 10) double penalty) {
        Assume.that(generated < logits.length);

        float[] penalised =
                RepetitionPenalty.apply(logits, new int[] {generated, generated}, penalty);

        for (int id = 0; id < logits.length; id++) {
            if (id == generated) {
                float expected =
                        (float) (logits[id] > 0 ? logits[id] / penalty : logits[id] * penalty);
                assertThat(penalised[id]).isEqualTo(expected).isLessThanOrEqualTo(logits[id]);
            } else {
                assertThat(penalised[id]).isEqualTo(logits[id]);
            }
        }
    }

    @Property(tries = 200)
    void logProbabilitiesSumToOneAndRankAsTheLogits(
            @ForAll("logits") float[] logits, @ForAll @IntRange(max = 30) int count) {
        Assume.that(permitted(logits, NONE).length > 0);
        LogProbabilities probabilities = LogProbabilities.of(logits);

        double sum =
                IntStream.range(0, logits.length).mapToDouble(probabilities::probability).sum();
        List<Integer> expected =
                IntStream.of(permitted(logits, NONE))
                        .boxed()
                        .sorted((a, b) -> Float.compare(logits[b], logits[a]))
                        .limit(count)
                        .toList();

        assertThat(sum).isCloseTo(1, within(1e-9));
        assertThat(probabilities.top(count)).isEqualTo(expected);
    }

    /** Few values, so that many are equal; some impossible. */
    @Provide
    Arbitrary<float[]> logits() {
        Arbitrary<Float> logit =
                Arbitraries.frequencyOf(
                        Tuple.of(
                                8,
                                Arbitraries.integers().between(-24, 24).map(value -> value / 4f)),
                        Tuple.of(1, Arbitraries.just(Float.NEGATIVE_INFINITY)));
        return logit.array(float[].class).ofMinSize(1).ofMaxSize(24);
    }

    @Provide
    Arbitrary<SamplingParams> params() {
        return Combinators.combine(
                        Arbitraries.doubles().between(0.05, 5),
                        Arbitraries.doubles().between(0.05, 1),
                        Arbitraries.integers().between(0, 30),
                        Arbitraries.doubles().between(0, 1))
                .as(
                        (temperature, topP, topK, minP) ->
                                params(temperature, topP, topK).withMinP(minP));
    }

    @Provide
    Arbitrary<BitSet> ids() {
        return Arbitraries.integers()
                .between(0, 23)
                .set()
                .ofMaxSize(12)
                .map(
                        ids -> {
                            BitSet bits = new BitSet();
                            ids.forEach(bits::set);
                            return bits;
                        });
    }

    private static int[] permitted(float[] logits, BitSet neverProduced) {
        return IntStream.range(0, logits.length)
                .filter(id -> Float.isFinite(logits[id]) && !neverProduced.get(id))
                .toArray();
    }

    private static SamplingParams params(double temperature, double topP, int topK) {
        return new SamplingParams(temperature, topP, topK, 9, List.of(), OptionalLong.empty());
    }
}
