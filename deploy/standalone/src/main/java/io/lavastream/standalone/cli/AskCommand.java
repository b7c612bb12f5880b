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
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

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
    @Mixin private QuestionOptions question;
    @Mixin private ModelOptions model;

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

    AskCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Question asked = question();
        Optional<Cluster> running = cluster.cluster();
        if (running.isPresent() && model.given()) {
            throw new IllegalArgumentException(
                    "options of a model: given (expected: none with --bootstrap-servers, where a service has its own)");
        }
        return running.isPresent() ? ask(running.get(), asked) : askEmbedded(asked);
    }

    private int askEmbedded(Question asked) {
        ServiceConfig config = ServiceConfig.embedded(model.config()).withLanes(List.of(lane));
        try (Progress progress = terminal.progress();
                DataDirectory data = DataDirectory.open(Optional.empty());
                Interruptible running = Interruptible.with(data);
                Service parts = running.add(Service.start(config, data, progress))) {
            parts.model().ifPresent(terminal::tell);
            return ask(parts.cluster(), asked);
        }
    }

    private int ask(Cluster service, Question asked) {
        try (Progress progress = terminal.progress();
                VqaClient client = VqaClient.connect(service)) {
            client.send(lane, asked);
            Optional<Reply> reply =
                    progress.step("answer", () -> await(client, asked.getRequestId()));
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
                .setImages(question.images().stream().map(AskCommand::inline).toList())
                .setText(question.text())
                .setSystem(question.system().orElse(null))
                .setAnswerFormat(question.format().record())
                .setSampling(question.sampling().record())
                .build();
    }

    private static ImageSource inline(byte[] file) {
        return ImageSource.newBuilder().setData(ByteBuffer.wrap(file)).build();
    }
}
