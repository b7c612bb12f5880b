package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lavastream.engine.FinishReason;
import io.lavastream.engine.GenerationResult.ChoiceProbability;
import io.lavastream.engine.SamplingParams;
import io.lavastream.engine.prompt.PermittedAnswers;
import io.lavastream.engine.sampling.ChoiceProbabilities;
import io.lavastream.engine.sampling.LogProbabilities;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/**
 * Permitted answers of any spelling, shared beginnings included, against a model whose every logit depends on all tokens before it,
 * and that reads what it is given as a cache does: a token at its place, over whatever stood there.
 */
class AnswerPropertyTest {
    private static final int ROOM = 6;

    @Property(tries = 500)
    void saysOnlyWhatIsPermittedAndScoresWholeSequences(
            @ForAll("spellings") List<List<Integer>> sequences,
            @ForAll @IntRange(min = 1, max = 4) int answers,
            @ForAll @DoubleRange(min = 0, max = 3) double temperature,
            @ForAll long seed) {
        Map<String, Set<List<Integer>>> spellings = dealt(sequences, answers);
        Model model = new Model(seed);
        Answer answer =
                new Answer(
                        new AnswerVocabulary(
                                new LetterTokenizer(), Set.of(LetterTokenizer.END), new BitSet()),
                        new SamplingParams(temperature, 1, 0, 99, List.of(), OptionalLong.of(seed))
                                .withTopLogProbabilities(2),
                        seed,
                        List.of(),
                        new PermittedAnswers(Map.of(), spellings, true));

        Answer.Step last = model.turn(answer);

        assertThat(last.end()).contains(FinishReason.END_OF_SEQUENCE);
        List<Integer> said = answer.text().chars().boxed().toList();
        assertThat(sequences).contains(said);
        Map<String, Double> expected = model.masses(spellings);
        double total = expected.values().stream().mapToDouble(mass -> mass).sum();
        ChoiceProbabilities found = answer.choiceProbabilities();
        assertThat(found.outside().getAsDouble()).isCloseTo(1 - total, within(1e-9));
        assertThat(found.choices())
                .extracting(ChoiceProbability::answer)
                .containsExactlyElementsOf(spellings.keySet());
        for (ChoiceProbability choice : found.choices()) {
            assertThat(choice.probability())
                    .isCloseTo(expected.get(choice.answer()) / total, within(1e-9));
        }
        for (int i = 0; i < said.size(); i++) {
            assertThat(answer.logProbabilities().get(i).chosen().logProbability())
                    .isEqualTo(model.after(said.subList(0, i)).of(said.get(i)));
        }
    }

    /** Distinct sequences of few letters, so that many share a beginning or are one another's. */
    @Provide
    Arbitrary<List<List<Integer>>> spellings() {
        return Arbitraries.integers()
                .between('a', 'd')
                .list()
                .ofMinSize(1)
                .ofMaxSize(ROOM)
                .list()
                .uniqueElements()
                .ofMinSize(1)
                .ofMaxSize(10);
    }

    private static Map<String, Set<List<Integer>>> dealt(List<List<Integer>> all, int answers) {
        Map<String, Set<List<Integer>>> spellings = new LinkedHashMap<>();
        for (int i = 0; i < all.size(); i++) {
            spellings.merge(
                    "answer " + i % answers,
                    Set.of(all.get(i)),
                    (before, more) -> {
                        List<List<Integer>> both = new ArrayList<>(before);
                        both.addAll(more);
                        return Set.copyOf(both);
                    });
        }
        return spellings;
    }

    private record Model(long seed) {
        /** Turns it as the engine does until it ends. */
        Answer.Step turn(Answer answer) {
            List<Integer> cache = new ArrayList<>();
            Answer.Step step = answer.accept(logits(cache), ROOM);
            while (step.end().isEmpty()) {
                cache = new ArrayList<>(cache.subList(0, answer.lastIndex()));
                cache.add(answer.lastToken());
                step = answer.accept(logits(cache), ROOM);
            }
            return step;
        }

        LogProbabilities after(List<Integer> prefix) {
            return LogProbabilities.of(logits(prefix));
        }

        /** By the definition: the product along each spelling, less what longer spellings go on with. */
        Map<String, Double> masses(Map<String, Set<List<Integer>>> spellings) {
            Map<String, Double> masses = new TreeMap<>();
            Set<List<Integer>> beginnings = new HashSet<>();
            spellings
                    .values()
                    .forEach(
                            sequences ->
                                    sequences.forEach(
                                            sequence -> {
                                                for (int i = 1; i <= sequence.size(); i++) {
                                                    beginnings.add(sequence.subList(0, i));
                                                }
                                            }));
            spellings.forEach(
                    (answer, sequences) ->
                            sequences.forEach(
                                    sequence -> {
                                        double mass = probability(sequence);
                                        for (int next = 'a'; next <= 'd'; next++) {
                                            List<Integer> longer = new ArrayList<>(sequence);
                                            longer.add(next);
                                            if (beginnings.contains(longer)) {
                                                mass -= probability(longer);
                                            }
                                        }
                                        masses.merge(answer, mass, Double::sum);
                                    }));
            return masses;
        }

        private double probability(List<Integer> sequence) {
            double product = 1;
            for (int i = 0; i < sequence.size(); i++) {
                product *= after(sequence.subList(0, i)).probability(sequence.get(i));
            }
            return product;
        }

        private float[] logits(List<Integer> prefix) {
            Random random = new Random(seed ^ prefix.hashCode() * 0x9E3779B97F4A7C15L);
            float[] logits = new float[LetterTokenizer.SIZE];
            for (int id = 0; id < logits.length; id++) {
                logits[id] = (float) (random.nextGaussian() * 2) + (id >= 'a' && id <= 'd' ? 3 : 0);
            }
            return logits;
        }
    }
}
