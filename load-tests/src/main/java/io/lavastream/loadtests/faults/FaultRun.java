package io.lavastream.loadtests.faults;

import io.lavastream.engine.EngineConfig;
import io.lavastream.loadtests.installation.Installation;
import io.lavastream.loadtests.installation.Replies;
import io.lavastream.loadtests.installation.ReplyThread;
import io.lavastream.standalone.cli.Home;
import io.lavastream.standalone.demo.Scenes;
import io.lavastream.standalone.service.LanePlaces;
import io.lavastream.topics.Lanes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** An installation with the shipped model, a load on it, and a plan of faults: from the start to the last count. */
final class FaultRun {
    /**
     * What to run.
     *
     * @param perSecond questions a second
     */
    record Settings(long seed, double perSecond) {}

    /**
     * What came of it.
     *
     * @param lost questions of all rounds that have no outcome when the topics are read once more, from their beginning
     * @param doubled questions that have more than one then
     * @param deadLetters whether any record of ours was set aside as unreadable
     */
    record Report(List<RoundResult> rounds, long lost, long doubled, boolean deadLetters) {
        Report {
            rounds = List.copyOf(rounds);
        }

        boolean holds(long recoveryLimitMillis) {
            return lost == 0
                    && doubled == 0
                    && !deadLetters
                    && rounds.stream().allMatch(round -> round.holds(recoveryLimitMillis));
        }
    }

    private FaultRun() {}

    /** The faults that this system permits; {@code remark} is told of others and why. */
    static List<Fault> permitted(
            List<Fault> faults, Installation installation, Consumer<String> remark) {
        List<Fault> permitted = new ArrayList<>();
        for (Fault fault : faults) {
            if (fault.needsDisk() && installation.disksRefused().isPresent()) {
                remark.accept(
                        "DID NOT RUN: %s: no disk of its own is permitted here: %s"
                                .formatted(fault, installation.disksRefused().get()));
            } else {
                permitted.add(fault);
            }
        }
        return permitted;
    }

    /**
     * Runs the plan's rounds.
     *
     * @param seen is given each round's result as it comes
     */
    static Report run(
            Settings settings, Installation installation, Plan plan, Consumer<RoundResult> seen)
            throws InterruptedException {
        List<Ask> asks = Ask.of(Scenes.in(Home.scenes()));
        Ledger ledger = new Ledger();
        List<RoundResult> results = new ArrayList<>();
        try (ReplyThread replies = ReplyThread.start(installation.cluster(), ledger::seen);
                Load load = new Load(installation.cluster(), asks, ledger, settings.seed());
                JobWork work = new JobWork(installation.cluster())) {
            load.sendImages();
            FaultMatrix matrix =
                    new FaultMatrix(
                            installation, ledger, load, work, settings.perSecond(), inProgress());
            for (Plan.Round round : plan.rounds()) {
                RoundResult result = matrix.run(round);
                replies.requireReading();
                results.add(result);
                seen.accept(result);
            }
            return report(results, ledger, installation, work);
        }
    }

    private static Report report(
            List<RoundResult> results, Ledger ledger, Installation installation, JobWork work) {
        Map<String, Integer> outcomes = Replies.countAll(installation.cluster());
        List<String> sent =
                ledger.startingWith("").stream()
                        .filter(Ledger.Asked::acknowledged)
                        .map(Ledger.Asked::requestId)
                        .toList();
        return new Report(
                results,
                sent.stream().filter(id -> !outcomes.containsKey(id)).count(),
                outcomes.values().stream().filter(count -> count > 1).count(),
                work.anyDeadLetter());
    }

    /** Most requests of all lanes that the job holds at once. */
    private static int inProgress() {
        EngineConfig engine = EngineConfig.defaults(Home.model()).withLanes(Lanes.DEFAULT);
        return Lanes.DEFAULT.size() * LanePlaces.of(engine);
    }
}
