package io.lavastream.standalone.cli;

import io.lavastream.engine.checkpoint.Layout;
import io.lavastream.engine.checkpoint.TensorType;
import io.lavastream.engine.checkpoint.synthetic.ModelShape;
import io.lavastream.engine.checkpoint.synthetic.SyntheticCheckpoint;
import io.lavastream.standalone.ByteProgress;
import io.lavastream.standalone.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Makes models of real size where the real ones are not at hand. */
@Command(
        name = "make-checkpoint",
        description = {
            "Writes a checkpoint of the names, shapes and files of llava-hf/llava-1.5 or liuhaotian/llava-v1.5 with"
                    + " random weights: to try sizes, memory and speed. Its answers mean nothing.",
            "The original layout has its vision tower in a directory of its own beside OUT; one that is there is left"
                    + " as it is. The same options give the same bytes."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream make-checkpoint --shape 7b --tokenizer tokenizer.model DIR      14 GB",
            "  lavastream make-checkpoint --shape 7b --layers 2 DIR                        2 GB",
            "  lavastream make-checkpoint --shape 7b --layout original MODELS/llava         15 GB, with the tower",
            "  lavastream make-checkpoint --shape tiny --dtype f32 DIR"
        })
final class MakeCheckpointCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--shape",
            required = true,
            paramLabel = "NAME",
            converter = Shape.class,
            description = "7b, 13b, medium (1.3 billion weights), small (0.6 billion) or tiny.")
    private ModelShape shape;

    @Option(
            names = "--dtype",
            paramLabel = "TYPE",
            defaultValue = "fp16",
            converter = DataType.class,
            description = "Type of the weights: fp16, bf16 or f32. Default: ${DEFAULT-VALUE}.")
    private TensorType type;

    @Option(
            names = "--layout",
            paramLabel = "NAME",
            defaultValue = "hf",
            converter = LayoutName.class,
            description =
                    "hf: safetensors, vision tower inside. original: torch files. Default: ${DEFAULT-VALUE}.")
    private Layout layout;

    @Option(
            names = "--layers",
            paramLabel = "N",
            description = "Decoder layers. Default: those of the shape.")
    private Integer layers;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the weights. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description =
                    "A tokenizer.model or tokenizer.json of LLaMA, copied beside the weights.")
    private Path tokenizer;

    @Parameters(paramLabel = "OUT", description = "Directory to write; new or empty.")
    private Path out;

    MakeCheckpointCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        requireTokenizer();
        SyntheticCheckpoint checkpoint =
                new SyntheticCheckpoint(
                        layout,
                        shape,
                        type,
                        layers == null ? OptionalInt.empty() : OptionalInt.of(layers),
                        seed);
        try (Progress progress = terminal.progress();
                Progress.Step step = progress.begin("weights")) {
            checkpoint.write(out, new ByteProgress(step::note, System::nanoTime));
            copyTokenizer();
        }
        terminal.out()
                .printf(
                        Locale.ROOT,
                        "%s: %d tensors, %.1f GB, random weights of seed %d%n",
                        out,
                        checkpoint.tensors().size(),
                        checkpoint.bytes() / 1e9,
                        seed);
        checkpoint
                .towerDirectory(out)
                .ifPresent(tower -> terminal.out().println(tower + ": its vision tower"));
        if (tokenizer == null) {
            terminal.err()
                    .printf(
                            "lavastream: tokenizer: none (expected: tokenizer.model or"
                                    + " tokenizer.json in %s before it can be served)%n",
                            out);
        }
        return 0;
    }

    /** Before gigabytes are written. */
    private void requireTokenizer() {
        if (tokenizer == null) {
            return;
        }
        String name = String.valueOf(tokenizer.getFileName());
        boolean known = Stream.of("tokenizer.model", "tokenizer.json").anyMatch(name::equals);
        if (!known || !Files.isReadable(tokenizer)) {
            throw new IllegalArgumentException(
                    "tokenizer: %s (expected: a readable tokenizer.model or tokenizer.json)"
                            .formatted(tokenizer));
        }
    }

    private void copyTokenizer() {
        if (tokenizer == null) {
            return;
        }
        try {
            Files.copy(tokenizer, out.resolve(tokenizer.getFileName()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a shape as it is typed. */
    static final class Shape implements ITypeConverter<ModelShape> {
        @Override
        public ModelShape convert(String name) {
            try {
                return ModelShape.labelled(name);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads a layout as it is typed. */
    static final class LayoutName implements ITypeConverter<Layout> {
        @Override
        public Layout convert(String name) {
            return switch (name) {
                case "hf" -> Layout.HUGGING_FACE;
                case "original" -> Layout.ORIGINAL;
                default ->
                        throw new TypeConversionException(
                                "'%s' (expected: hf or original)".formatted(name));
            };
        }
    }

    /** Reads a type of weights as it is typed. */
    static final class DataType implements ITypeConverter<TensorType> {
        @Override
        public TensorType convert(String name) {
            return switch (name) {
                case "fp16" -> TensorType.F16;
                case "bf16" -> TensorType.BF16;
                case "f32" -> TensorType.F32;
                default ->
                        throw new TypeConversionException(
                                "'%s' (expected: fp16, bf16 or f32)".formatted(name));
            };
        }
    }
}
