package io.lavastream.standalone.cli;

import io.lavastream.standalone.Progress;
import io.lavastream.standalone.client.VqaClient;
import io.lavastream.standalone.demo.Demo;
import io.lavastream.standalone.demo.DemoJson;
import io.lavastream.standalone.demo.DemoProgress;
import io.lavastream.standalone.demo.DemoReport;
import io.lavastream.standalone.demo.DemoTable;
import io.lavastream.standalone.demo.Scenes;
import io.lavastream.standalone.demo.Scoreboard;
import io.lavastream.standalone.service.DataDirectory;
import io.lavastream.standalone.service.Placement;
import io.lavastream.standalone.service.Service;
import io.lavastream.standalone.service.ServiceConfig;
import io.lavastream.topics.TopicSettings;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the whole service at work on labelled scenes, and judges it. */
@Command(
        name = "demo",
        description = {
            "Starts broker, registry, ingest and job on free loopback ports, asks the questions of a folder of"
                    + " scenes through the topics and prints what comes of each.",
            "Ends with 0 if every question had its one outcome, only broken inputs failed, and at least 95 %% of"
                    + " the answers were right."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  lavastream demo",
            "  lavastream demo --json > results.jsonl",
            "  lavastream demo --scenes DIR     DIR has a questions.jsonl and the images that it names"
        })
final class DemoCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private ServiceOptions service;

    @Option(
            names = "--scenes",
            paramLabel = "DIR",
            description = "Folder of scenes. Default: the shipped one.")
    private Path scenes;

    @Option(names = "--json", description = "Print one JSON object a line instead of a table.")
    private boolean json;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description =
                    "Give up when no outcome has come for so long. Default: ${DEFAULT-VALUE}.")
    private int timeoutSeconds;

    DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Scenes asked = Scenes.in(Optional.ofNullable(scenes).orElseGet(Home::scenes));
        try (Progress progress = terminal.progress();
                DataDirectory data = DataDirectory.open(Optional.empty());
                Interruptible running = Interruptible.with(data);
                Service parts = running.add(Service.start(config(), data, progress));
                VqaClient client = VqaClient.connect(parts.cluster())) {
            parts.model().ifPresent(terminal::tell);
            Demo demo = new Demo(client, service.lanes(), System::nanoTime);
            Duration patience = Duration.ofSeconds(timeoutSeconds);
            Scoreboard scoreboard =
                    json
                            ? runQuietly(demo, asked, patience, progress)
                            : demo.run(asked, new DemoTable(terminal.out()), patience);
            return judge(scoreboard);
        }
    }

    /** Objects go to a file or a program, so the person who waits is told how far it is. */
    private Scoreboard runQuietly(Demo demo, Scenes asked, Duration patience, Progress progress) {
        try (Progress.Step step = progress.begin("questions")) {
            DemoReport report = new DemoJson(terminal.out());
            int total = asked.questions().size();
            return demo.run(asked, new DemoProgress(report, step, total), patience);
        }
    }

    private ServiceConfig config() {
        return new ServiceConfig(
                Placement.embedded(),
                ServiceConfig.Ports.FREE,
                ServiceConfig.Clients.PLAIN,
                service.lanes(),
                ServiceConfig.Contract.APPLY,
                TopicSettings.SINGLE_BROKER,
                new ServiceConfig.Ingest(service.delivery(), Optional.empty()),
                service.engine(),
                service.uris());
    }

    private int judge(Scoreboard scoreboard) {
        // Standard output carries nothing but objects with --json.
        PrintStream summary = json ? terminal.err() : terminal.out();
        scoreboard.referenceSummary().ifPresent(summary::println);
        summary.println(scoreboard.summary());
        List<String> complaints = scoreboard.complaints();
        complaints.forEach(terminal.err()::println);
        return complaints.isEmpty() ? 0 : Failures.WRONG_RESULT;
    }
}
