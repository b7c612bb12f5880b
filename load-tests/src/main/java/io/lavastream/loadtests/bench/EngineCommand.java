package io.lavastream.loadtests.bench;

import io.lavastream.engine.WeightType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.model.MatrixLayout;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Measures the engine. */
@Command(
        name = "engine",
        description = {
            "Measures the engine on a model with random weights, which is made on the spot and"
                    + " kept, and the floors of the machine in the same run.",
            "Prints a line for each figure: x floor is its time over the time that the floor"
                    + " allows, x peer our speed over ONNX Runtime's. open is the first engine of the process, load and"
                    + " warmup are of a model by itself, whose files are in memory by then."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream bench engine --json                        every figure of the shape"
                    + " small",
            "  lavastream bench engine --only decode,prefill         some of them",
            "  lavastream bench engine --peer --check                beside ONNX Runtime; ends with"
                    + " 3 if a goal is missed",
            "  lavastream bench engine --only memory --steps 20000   whether memory stays flat"
        })
public final class EngineCommand implements Callable<Integer> {
    @Option(
            names = "--shape",
            paramLabel = "NAME",
            defaultValue = "small",
            converter = Shape.class,
            description =
                    "small (0.6 billion weights), medium (1.3 billion), 7b, 13b or tiny. Default:"
                            + " ${DEFAULT-VALUE}.")
    private ModelShape shape;

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            converter = Weights.class,
            description =
                    "How weights are kept in memory: f32, fp16, bf16 or int8. Default: fp16, the checkpoint's"
                            + " own type, where the JVM's vectors compute, else f32.")
    private WeightType weights;

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "16",
            description = "Sequences that run at once. Default: ${DEFAULT-VALUE}.")
    private int slots;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "12",
            description = "Requests of the mixed work. Default: ${DEFAULT-VALUE}.")
    private int requests;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "N",
            defaultValue = "640",
            description = "Positions of a prompt, its image included. Default: ${DEFAULT-VALUE}.")
    private int promptTokens;

    @Option(
            names = "--new-tokens",
            paramLabel = "N",
            defaultValue = "32",
            description = "Tokens of an answer. Default: ${DEFAULT-VALUE}.")
    private int newTokens;

    @Option(
            names = "--questions-per-image",
            paramLabel = "Q",
            defaultValue = "1",
            description =
                    "How many of the mixed requests share an image. Default: ${DEFAULT-VALUE}.")
    private int questionsPerImage;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute, ours and the peer's. Default: one for each core.")
    private Integer threads;

    @Option(
            names = "--only",
            paramLabel = "FIGURES",
            split = ",",
            converter = StageName.class,
            description =
                    "Some of: memory, overhead, reuse, mixed, gap, load, vision, prefill, decode,"
                            + " floors. Default: all.")
    private Set<Stage> stages = EnumSet.allOf(Stage.class);

    @Option(
            names = "--peer",
            description =
                    "Let ONNX Runtime do the same work in turns, with the same weights in float32.")
    private boolean peer;

    @Option(
            names = "--profile",
            description = "Say on standard error which operations of TensorFlow take the time.")
    private boolean profile;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description = "Make so many steps of full slots and tell by how much memory grows.")
    private Integer steps;

    @Mixin private FigureOptions figures;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            defaultValue = "${sys:lavastream.bench.directory:-target/bench}",
            description =
                    "Where the models are kept; those of small take 1.2 GB, with --peer 3.4 GB.")
    private Path directory;

    @Override
    public Integer call() {
        BenchSettings settings = settings();
        Report report = figures.report(Goals.of(settings));
        new EngineBench(settings, report, figures.progress()).run();
        return figures.exitCode(report);
    }

    private BenchSettings settings() {
        return new BenchSettings(
                shape,
                weights == null ? usual() : weights,
                slots,
                requests,
                promptTokens,
                newTokens,
                questionsPerImage,
                threads == null ? Runtime.getRuntime().availableProcessors() : threads,
                stages,
                peer,
                profile,
                steps == null ? OptionalInt.empty() : OptionalInt.of(steps),
                directory);
    }

    /** As the engine keeps a checkpoint of 16 bits where nothing is asked for and all fits. */
    private static WeightType usual() {
        return MatrixLayout.ofMachine() == MatrixLayout.VECTORS ? WeightType.FP16 : WeightType.F32;
    }

    /** Reads a shape as it is typed. */
    public static final class Shape implements ITypeConverter<ModelShape> {
        @Override
        public ModelShape convert(String name) {
            try {
                return ModelShape.labelled(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads a type of weights as it is typed. */
    static final class Weights implements ITypeConverter<WeightType> {
        @Override
        public WeightType convert(String name) {
            return Stream.of(WeightType.values())
                    .filter(type -> type.label().equals(name))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "'%s' (expected: one of %s)"
                                                    .formatted(
                                                            name,
                                                            Stream.of(WeightType.values())
                                                                    .map(WeightType::label)
                                                                    .toList())));
        }
    }

    /** Reads the name of a stage as it is typed. */
    static final class StageName implements ITypeConverter<Stage> {
        @Override
        public Stage convert(String name) {
            try {
                return Stage.valueOf(name.toUpperCase(Locale.ROOT));
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(
                        "'%s' (expected: one of %s)".formatted(name, Stage.labels()));
            }
        }
    }
}
