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
            description =
                    "free, short, yes-no, choice, caption or region. Default: ${DEFAULT-VALUE}.")
    private AnswerKind kind;

    @Option(
            names = "--option",
            paramLabel = "TEXT",
            description = "One of the options of --format choice; repeat it for each.")
    private List<String> options = List.of();

    @Option(
            names = "--option-language",
            paramLabel = "LANGUAGE",
            description =
                    "With --format choice: language of its instruction, en or zh. Default: en.")
    private String language;

    @Option(
            names = "--constrained",
            description = "With --format yes-no or choice: permit nothing but one of the answers.")
    private boolean constrained;

    @Option(
            names = "--allow-unanswerable",
            description = "With --format short: permit the answer \"Unanswerable\".")
    private boolean allowUnanswerable;

    /** For a question; the service checks it. */
    AnswerFormat record() {
        if (kind != AnswerKind.MULTIPLE_CHOICE && !options.isEmpty()) {
            throw new IllegalArgumentException(
                    "option: %s (expected: none without --format choice)".formatted(options));
        }
        if (constrained && kind != AnswerKind.YES_NO && kind != AnswerKind.MULTIPLE_CHOICE) {
            throw new IllegalArgumentException(
                    "constrained: given (expected: only with --format yes-no or choice)");
        }
        AnswerFormat.Builder format =
                AnswerFormat.newBuilder()
                        .setKind(kind)
                        .setOptions(options)
                        .setConstrained(constrained)
                        .setAllowUnanswerable(allowUnanswerable);
        if (language != null) {
            format.setLanguage(language);
        }
        return format.build();
    }

    /** For the engine. */
    io.lavastream.engine.AnswerFormat format() {
        AnswerFormat format = record();
        return switch (kind) {
            case SHORT ->
                    new io.lavastream.engine.AnswerFormat.ShortAnswer(
                            format.getAllowUnanswerable());
            case MULTIPLE_CHOICE ->
                    new io.lavastream.engine.AnswerFormat.MultipleChoice(
                            options, format.getLanguage(), constrained);
            case YES_NO -> new io.lavastream.engine.AnswerFormat.YesNo(constrained);
            case CAPTION -> new io.lavastream.engine.AnswerFormat.Caption();
            case REGION_DESCRIPTION -> new io.lavastream.engine.AnswerFormat.RegionDescription();
            case FREE, UNKNOWN -> new io.lavastream.engine.AnswerFormat.Free();
        };
    }

    /** Reads a form as it is typed. */
    static final class KindName implements ITypeConverter<AnswerKind> {
        private static final Map<String, AnswerKind> NAMES =
                Map.of(
                        "free", AnswerKind.FREE,
                        "short", AnswerKind.SHORT,
                        "yes-no", AnswerKind.YES_NO,
                        "choice", AnswerKind.MULTIPLE_CHOICE,
                        "caption", AnswerKind.CAPTION,
                        "region", AnswerKind.REGION_DESCRIPTION);

        @Override
        public AnswerKind convert(String name) {
            AnswerKind kind = NAMES.get(name);
            if (kind == null) {
                throw new TypeConversionException(
                        "'%s' (expected: free, short, yes-no, choice, caption or region)"
                                .formatted(name));
            }
            return kind;
        }
    }
}
