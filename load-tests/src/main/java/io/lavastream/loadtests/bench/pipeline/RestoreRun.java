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

/**
 * How long ingest needs until it works again after it was killed, and what it remembers takes on its disk. With exactly-once it cannot
 * know what a killed process left in its stores, and restores them from their changelogs, as it does where they are gone.
 */
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
        Path stores = installation.disk(Role.INGEST).directory().resolve("ingest");
        report.add(Figure.of("remembered", ids, "ids"));
        ingest.hold();
        report.add(Figure.of("stores", Directories.size(stores) / (double) ids, "bytes/id"));
        report.add(Figure.of("restart_after_kill", startSeconds(ingest), "s"));
        ingest.hold();
        Directories.delete(stores);
        report.add(Figure.of("restart_without_stores", startSeconds(ingest), "s"));
        ingest.hold();
        report.add(
                Figure.of("stores_restored", Directories.size(stores) / (double) ids, "bytes/id"));
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
