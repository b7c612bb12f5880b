package io.lavastream.loadtests.faults;

import static io.lavastream.schemas.FailureCode.IMAGE_NOT_FOUND;
import static io.lavastream.schemas.FailureCode.INTERNAL;

import io.lavastream.loadtests.installation.Installation;
import io.lavastream.schemas.FailureCode;
import io.lavastream.standalone.service.Role;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/** Something that goes wrong. Each names the part that it strikes, so that a pair strikes two. */
enum Fault {
    KILL_INGEST(Role.INGEST, "kill -9 of ingest", Acts::kill),
    KILL_JOB(Role.JOB, "kill -9 of the job's JVM", Acts::kill),
    KILL_BROKER(Role.BROKER, "kill -9 of the broker", Acts::kill),
    KILL_REGISTRY(Role.REGISTRY, "kill -9 of the registry", Acts::kill),

    PAUSE_INGEST(Role.INGEST, "ingest paused", Acts::pause),
    PAUSE_JOB(Role.JOB, "job's JVM paused", Acts::pause),
    PAUSE_BROKER(Role.BROKER, "broker paused", Acts::pause),
    PAUSE_REGISTRY(Role.REGISTRY, "registry paused", Acts::pause),

    RESTART_BROKER(Role.BROKER, "orderly restart of the broker", Acts::restart),
    OUTAGE(Role.BROKER, "broker down for longer than every transaction timeout", Acts::outage),
    FENCED_INGEST(
            Role.INGEST,
            "ingest paused for longer than its session and transaction",
            Acts::longPause),
    REBALANCE(Role.INGEST, "a second ingest comes and is killed", Acts::rebalance),
    FULL_DISK_OF_INGEST(
            Role.INGEST, "full disk for ingest's state, which is killed", Acts::fillDiskAndKill),

    INGEST_WITHOUT_REGISTRY(
            Role.INGEST,
            "kill -9 of the registry and of ingest, which starts again before the registry does",
            Acts::killWithoutRegistry),

    FULL_DISK_OF_JOB(
            Role.JOB,
            "full disk for the job's checkpoints, which is killed",
            Acts::fillDiskAndKill),
    NEWEST_CHECKPOINT_CORRUPT(
            Role.JOB,
            "kill -9 of the job's JVM, newest checkpoint overwritten",
            Acts::corruptCheckpoint),
    ALL_CHECKPOINTS_GONE(
            Role.JOB, "kill -9 of the job's JVM, all checkpoints deleted", Acts::deleteCheckpoints),
    ENGINE_OUT_OF_MEMORY(Role.JOB, "no more memory for the engine", Acts::exhaustMemory),
    SECOND_JOB(Role.JOB, "a second copy of the job on the same directory", Acts::secondJob),
    SECOND_JOB_ELSEWHERE(
            Role.JOB,
            "a second copy of the job on a directory of its own",
            Acts::secondJobElsewhere),
    DEADLY_RECORD(Role.JOB, "a record that halts the job's JVM", Acts::deadlyRecord);

    /** Lets it happen to {@code struck}, and returns when it is over. */
    interface Act {
        void happen(Installation installation, Load load, Role struck, Duration length)
                throws IOException, InterruptedException;
    }

    private final Role struck;
    private final String description;

    @SuppressWarnings("ImmutableEnumChecker") // A reference to a static method.
    private final Act act;

    Fault(Role struck, String description, Act act) {
        this.struck = struck;
        this.description = description;
        this.act = act;
    }

    /** The parts that are not as they should be while it happens. */
    Set<Role> touched() {
        return this == INGEST_WITHOUT_REGISTRY ? Set.of(struck, Role.REGISTRY) : Set.of(struck);
    }

    /** In words. */
    String description() {
        return description;
    }

    /** As typed: {@code kill-ingest}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The fault of that name, as typed.
     *
     * @throws IllegalArgumentException naming all
     */
    static Fault named(String name) {
        return Arrays.stream(values())
                .filter(fault -> fault.toString().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "fault: '%s' (expected: one of %s)"
                                                .formatted(name, Arrays.toString(values()))));
    }

    /**
     * Lets it happen and returns when it is over.
     *
     * @param load what is asked meanwhile
     * @param length how long what has a length lasts
     */
    void happen(Installation installation, Load load, Duration length)
            throws IOException, InterruptedException {
        act.happen(installation, load, struck, length);
    }

    /** Whether it needs a disk of its own, which not every system permits. */
    boolean needsDisk() {
        return this == FULL_DISK_OF_INGEST || this == FULL_DISK_OF_JOB;
    }

    /** Whether that question's failure has a reason in this fault. */
    boolean explains(FailureCode code, String requestId) {
        return switch (this) {
            // The engine says that it could not, twice: sending the question again helps.
            case ENGINE_OUT_OF_MEMORY -> code == INTERNAL;
            // The one that it is about, and nobody who was in the engine beside it.
            case DEADLY_RECORD -> code == INTERNAL && Load.isOfItsOwn(requestId);
            // The image's place in the index may not be readable for longer than a question waits
            // for it.
            case OUTAGE,
                    FENCED_INGEST,
                    FULL_DISK_OF_INGEST,
                    REBALANCE,
                    KILL_INGEST,
                    PAUSE_INGEST,
                    INGEST_WITHOUT_REGISTRY ->
                    code == IMAGE_NOT_FOUND;
            default -> false;
        };
    }

    /** How often the job may begin again what it has in progress. */
    int deathsOfTheJob() {
        return this == DEADLY_RECORD ? Acts.MOST_DEATHS + 2 : 1;
    }

    /** Whether all requests may be computed twice, not only those in progress: two jobs do the work of one. */
    boolean doublesTheWork() {
        return this == SECOND_JOB_ELSEWHERE;
    }
}
