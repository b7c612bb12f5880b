package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that dies is one that opens the journal anew without having closed it: the file is the same either way. */
class CrashJournalTest {
    private static final RequestId A = new RequestId("test", "a", 1);
    private static final RequestId B = new RequestId("test", "b", 1);

    @TempDir Path directory;

    private Path file;

    @BeforeEach
    void nameTheFile() {
        file = directory.resolve("journal");
    }

    @Test
    void whoWasInTheEngineAtADeathIsSuspected() {
        CrashJournal journal = open();
        journal.enter(A);
        journal.enter(B);
        journal.leave(B);

        CrashJournal next = open();

        assertThat(next.suspects()).isEqualTo(Map.of(A, 1));
        assertThat(next.deaths(A)).isEqualTo(1);
        assertThat(next.deaths(B)).isZero();
        assertThat(next.deaths(new RequestId("test", "a", 2))).isZero();
    }

    @Test
    void onlyDeathsInTheEngineCount() {
        open().enter(A);
        open(); // Died before A came again.
        CrashJournal third = open();
        assertThat(third.deaths(A)).isEqualTo(1);

        third.enter(A);
        assertThat(third.deaths(A)).isEqualTo(1);
        CrashJournal fourth = open();

        assertThat(fourth.deaths(A)).isEqualTo(2);
    }

    @Test
    void whoLeavesAliveOrIsThereAtAnOrderlyEndIsCleared() {
        open().enter(A);
        CrashJournal second = open();
        second.enter(A);
        second.leave(A);
        second.enter(B);
        second.close();

        assertThat(open().suspects()).isEmpty();
    }

    @Test
    void longIdsOfAnyScriptAreKept() {
        RequestId longest = new RequestId("test", "\u20ac".repeat(256), Integer.MAX_VALUE);
        open().enter(longest);

        assertThat(open().suspects()).isEqualTo(Map.of(longest, 1));
    }

    @Test
    void theEldestIsForgottenWhereThereAreTooMany() {
        for (int death = 0; death < 300; death++) {
            open().enter(new RequestId("test", "r" + death, 1));
        }

        CrashJournal journal = open();

        assertThat(journal.suspects()).hasSizeBetween(256, 258);
        assertThat(journal.deaths(new RequestId("test", "r299", 1))).isEqualTo(1);
    }

    @Test
    void aFileOfNonsenseSuspectsNobodyThatComes() throws IOException {
        byte[] nonsense = new byte[100_001];
        for (int i = 0; i < nonsense.length; i++) {
            nonsense[i] = (byte) (i * 31);
        }
        Files.write(file, nonsense);

        CrashJournal journal = open();
        journal.enter(A);

        assertThat(open().deaths(A)).isEqualTo(1);
    }

    private CrashJournal open() {
        return CrashJournal.open(file, 2);
    }
}
