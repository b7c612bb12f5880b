package io.lavastream.standalone.cli;

import io.lavastream.schemas.ImageSource;
import io.lavastream.schemas.Question;
import io.lavastream.standalone.Progress;
import io.lavastream.standalone.client.Cluster;
import io.lavastream.standalone.client.Reply;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.standalone.service.Service;
import io.lavastream.standalone.service.ServiceConfig;
import io.lavastream.topics.Lanes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Sends one question through the topics. */
@Command(
        name = "ask",
        description = {
            "Sends one question through the topics and prints the answer. Uses the service at the given addresses;"
                    + " without them it starts one for this question.",
            "Ends with 1 if the question failed."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream ask --image photo.jpg \"What color is the square?\"",
            "  lavastream ask --image a.jpg --format yes-no --json \"Is there a red circle in the image?\"",
            "  lavastream ask --image a.jpg --format choice --option red --option blue \"Which color?\"",
            "  lavastream ask --bootstrap-servers localhost:9092 \\",
            "      --schema-registry-url http://localhost:8081/apis/ccompat/v7 --image a.jpg \"What is this?\""
        })
final class AskCommand implements Callable<Integer> {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Terminal terminal;

    @Mixin private ClusterOptions cluster;
    @Mixin private FormatOptions format;
    @Mixin private SamplingOptions sampling;
    @Mixin private ModelOptions model;

    @Option(
            names = "--image",
            paramLabel = "FILE",
            description = "An image that the question is about; repeat it for more.")
    private List<Path> images = List.of();

    @Option(
            names = "--system",
            paramLabel = "TEXT",
            description = "System text instead of the conversation template's.")
    private String system;

    @Option(
            names = "--lane",
            paramLabel = "NAME",
            defaultValue = Lanes.INTERACTIVE,
            description = "Lane to ask on. Default: ${DEFAULT-VALUE}.")
    private String lane;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "Longest wait for the outcome. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    @Option(names = "--json", description = "Print the whole answer or failure as a JSON object.")
    private boolean json;

    @Parameters(paramLabel = "QUESTION", description = "The question, as plain text.")
    private String text;

    AskCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Question question = question();
        Optional<Cluster> running = cluster.cluster();
        if (running.isPresent() && model.given()) {
            throw new IllegalArgumentException(
                    "options of a model: given (expected: none with --bootstrap-servers, where a service has its own)");
        }
        return running.isPresent() ? ask(running.get(), question) : askEmbedded(question);
    }

    private int askEmbedded(Question question) {
        ServiceConfig config = ServiceConfig.embedded(model.config()).withLanes(List.of(lane));
        try (Progress progress = terminal.progress();
                DataDirectory data = DataDirectory.open(Optional.empty());
                Interruptible running = Interruptible.with(data);
                Service parts = running.add(Service.start(config, data, progress))) {
            parts.model().ifPresent(served -> terminal.err().println("model " + served));
            return ask(parts.cluster(), question);
        }
    }

    private int ask(Cluster service, Question question) {
        try (Progress progress = terminal.progress();
                VqaClient client = VqaClient.connect(service)) {
            client.send(lane, question);
            Optional<Reply> reply =
                    progress.step("answer", () -> await(client, question.getRequestId()));
            return show(reply);
        }
    }

    private Optional<Reply> await(VqaClient client, String requestId) {
        long end = System.nanoTime() + Duration.ofSeconds(timeoutSeconds).toNanos();
        while (System.nanoTime() < end) {
            for (Reply reply : client.poll(POLL)) {
                if (reply.requestId().equals(requestId)) {
                    return Optional.of(reply);
                }
            }
        }
        return Optional.empty();
    }

    private int show(Optional<Reply> reply) {
        if (reply.isEmpty()) {
            terminal.err().println("lavastream: no outcome within %d s".formatted(timeoutSeconds));
            return Failures.WRONG_RESULT;
        }
        ReplyPrinter printer = new ReplyPrinter(terminal, json);
        return printer.print(reply.get()) ? 0 : Failures.WRONG_RESULT;
    }

    private Question question() {
        return Question.newBuilder()
                .setRequestId(UUID.randomUUID().toString())
                .setImages(images.stream().map(AskCommand::inline).toList())
                .setText(text)
                .setSystem(system)
                .setAnswerFormat(format.record())
                .setSampling(sampling.record())
                .build();
    }

    private static ImageSource inline(Path file) {
        return ImageSource.newBuilder().setData(ByteBuffer.wrap(ImageFiles.read(file))).build();
    }
}
