package io.lavastream.standalone.cli;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.EngineConfig.Truncate;
import picocli.CommandLine.Option;

/** Options that say how questions and images are put to a model, where it shall not be as its own files say. */
final class PromptOptions {
    @Option(
            names = "--template",
            paramLabel = "NAME",
            description =
                    "Conversation template, such as llava_v1 or vicuna_v1. Default: that of the model's chat template,"
                            + " else llava_v1.")
    private String template;

    @Option(
            names = "--image-mode",
            paramLabel = "MODE",
            description = "pad, crop, anyres or hd. Default: as the model's files say.")
    private String imageMode;

    @Option(
            names = "--truncate",
            paramLabel = "HOW",
            description =
                    "reference: cut a prompt that is longer than the model's tokenizer_model_max_length, as the"
                            + " reference does. none: refuse it. Default: none.")
    private Truncate truncate;

    /** {@code config} with what is asked for. */
    EngineConfig applyTo(EngineConfig config) {
        EngineConfig changed = config;
        if (template != null) {
            changed = changed.withTemplate(template);
        }
        if (imageMode != null) {
            changed = changed.withImageMode(imageMode);
        }
        return truncate == null ? changed : changed.withTruncate(truncate);
    }
}
