package io.lavastream.loadtests.bench.pipeline;

import io.lavastream.loadtests.Directories;
import io.lavastream.loadtests.bench.Figure;
import io.lavastream.loadtests.bench.Report;
import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Unit;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** How long ingest needs until it works again after it was killed: with its stores, and with nothing but their changelogs. */
final class RestoreRun {
    private static final Duration START_LIMIT = Duration.ofMinutes(10);

    private final Installation installation;
    private final Report report;

    RestoreRun(Installation installation, Report report) {
        this.installation = installation;
        this.report = report;
    }

    /** @param ids that ingest remembers now */
    void run(int ids) throws IOException, InterruptedException {
        Unit ingest = installation.unit(Role.INGEST);
        Path stores = installation.disk(Role.INGEST).directory();
        report.add(Figure.of("remembered", ids, "ids"));
        ingest.hold();
        report.add(Figure.of("restart", startSeconds(ingest), "s"));
        ingest.hold();
        report.add(Figure.of("stores", Directories.size(stores) / (double) ids, "bytes/id"));
        Directories.delete(stores.resolve("ingest"));
        report.add(Figure.of("restart_without_stores", startSeconds(ingest), "s"));
        ingest.hold();
        report.add(
                Figure.of("stores_restored", Directories.size(stores) / (double) ids, "bytes/id"));
        ingest.release();
    }

    private static double startSeconds(Unit unit) throws InterruptedException {
        long begin = System.nanoTime();
        unit.release();
        if (!unit.awaitReady(START_LIMIT)) {
            throw new IllegalStateException(
                    "%s: not ready after %s".formatted(unit.role(), START_LIMIT));
        }
        return (System.nanoTime() - begin) / 1e9;
    }
}
