package io.lavastream.standalone.cli;

import io.lavastream.schemas.AnswerFormat;
import io.lavastream.schemas.AnswerKind;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Options that say which form the answer shall have. */
final class FormatOptions {
    @Option(
            names = "--format",
            paramLabel = "FORM",
            defaultValue = "free",
            converter = KindName.class,
            description = "free, short, yes-no, choice or caption. Default: ${DEFAULT-VALUE}.")
    private AnswerKind kind;

    @Option(
            names = "--option",
            paramLabel = "TEXT",
            description = "One of the options of --format choice; repeat it for each.")
    private List<String> options = List.of();

    @Option(
            names = "--allow-unanswerable",
            description = "With --format short: permit the answer \"Unanswerable\".")
    private boolean allowUnanswerable;

    AnswerFormat record() {
        if (kind != AnswerKind.MULTIPLE_CHOICE && !options.isEmpty()) {
            throw new IllegalArgumentException(
                    "option: %s (expected: none without --format choice)".formatted(options));
        }
        return AnswerFormat.newBuilder()
                .setKind(kind)
                .setOptions(options)
                .setAllowUnanswerable(allowUnanswerable)
                .build();
    }

    /** Reads a form as it is typed. */
    static final class KindName implements ITypeConverter<AnswerKind> {
        private static final Map<String, AnswerKind> NAMES =
                Map.of(
                        "free", AnswerKind.FREE,
                        "short", AnswerKind.SHORT,
                        "yes-no", AnswerKind.YES_NO,
                        "choice", AnswerKind.MULTIPLE_CHOICE,
                        "caption", AnswerKind.CAPTION);

        @Override
        public AnswerKind convert(String name) {
            AnswerKind kind = NAMES.get(name);
            if (kind == null) {
                throw new TypeConversionException(
                        "'%s' (expected: free, short, yes-no, choice or caption)".formatted(name));
            }
            return kind;
        }
    }
}
