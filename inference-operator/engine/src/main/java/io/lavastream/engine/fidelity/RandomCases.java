package io.lavastream.engine.fidelity;

import io.lavastream.engine.checkpoint.Checkpoint;
import io.lavastream.engine.checkpoint.LoadProgress;
import io.lavastream.engine.image.PixelValues;
import io.lavastream.engine.model.LlavaModel;
import io.lavastream.engine.model.ModelSettings;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Random prompts through each model of the directory, alone and among others that join and leave: the logits differ by at most {@link
 * Tolerances#BATCH}, and a token only where the two best were closer than twice the largest difference. Needs no results of a
 * reference.
 */
final class RandomCases {
    private static final long SEED = 1;
    private static final int SLOTS = 8;

    /** Prompts whose logits are held at once. */
    private static final int ROUND = 32;

    /** Shorter than most prompts are, so that these are prefilled in pieces, too. */
    private static final int PIECE = 32;

    private final ReferenceDirectory reference;
    private final FidelitySettings settings;
    private final FidelityReport report;

    RandomCases(ReferenceDirectory reference, FidelitySettings settings, FidelityReport report) {
        this.reference = reference;
        this.settings = settings;
        this.report = report;
    }

    void run(String name) {
        try (CompletedDirectory directory =
                        CompletedDirectory.of(reference, name, Optional.empty());
                Checkpoint checkpoint = Checkpoint.open(directory.path());
                LlavaModel model = load(checkpoint)) {
            report.add(run(checkpoint, model).result(CaseKind.RANDOM, name));
        } catch (RuntimeException e) {
            report.add(CaseResult.miss(CaseKind.RANDOM, name, e));
        }
    }

    private RandomDifferences run(Checkpoint checkpoint, LlavaModel model) {
        SplittableRandom random = new SplittableRandom(SEED);
        float[] image = model.encodeImage(noise(random, checkpoint.config().vision().imageSize()));
        BatchRun company = new BatchRun(model, 1, PIECE);
        RandomDifferences differences = new RandomDifferences();
        for (int done = 0; done < settings.prompts(); done += ROUND) {
            List<RandomPrompt> prompts =
                    Stream.generate(() -> RandomPrompt.next(random, model, image))
                            .limit(Math.min(ROUND, settings.prompts() - done))
                            .toList();
            List<Integer> limits = prompts.stream().map(RandomPrompt::answer).toList();
            List<Answered> among = company.run(prompts, limits);
            for (int i = 0; i < prompts.size(); i++) {
                differences.add(alone(model, prompts.get(i)), among.get(i));
            }
        }
        return differences;
    }

    private static Answered alone(LlavaModel model, RandomPrompt prompt) {
        return Answered.alone(
                model,
                0,
                prompt.length(),
                prompt.prefill(0, model.maxChunk()),
                prompt.answer(),
                prompt.ends());
    }

    private LlavaModel load(Checkpoint checkpoint) {
        ModelSettings how =
                ModelSettings.of(SLOTS, RandomPrompt.MAX_LENGTH + RandomPrompt.MAX_ANSWER)
                        .withThreads(settings.threads())
                        .withWeights(settings.weights());
        return LlavaModel.open(checkpoint, how, new BitSet(), LoadProgress.NONE);
    }

    private static PixelValues noise(SplittableRandom random, int side) {
        float[] values = new float[3 * side * side];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return new PixelValues(side, values);
    }
}
