package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private final Queue<Runnable> pool = new ArrayDeque<>();
    private final List<String> done = new ArrayList<>();

    @Test
    void aStepsTasksTakeOneHandover() {
        Handover handover = new Handover(pool::add);
        handover.begin();

        handover.execute(() -> done.add("first"));
        handover.execute(() -> done.add("second"));
        assertThat(pool).isEmpty();
        handover.flush();

        assertThat(pool).hasSize(1);
        pool.remove().run();
        assertThat(pool).hasSize(2);
        pool.forEach(Runnable::run);
        assertThat(done).containsExactly("first", "second");
    }

    @Test
    void aStepWithoutTasksTakesNone() {
        Handover handover = new Handover(pool::add);
        handover.begin();

        handover.flush();

        assertThat(pool).isEmpty();
    }

    @Test
    void otherThreadsTasksGoAtOnce() {
        new Handover(pool::add).execute(() -> done.add("task"));

        assertThat(pool).hasSize(1);
    }

    @Test
    void whereThereAreNoMoreThreadsTasksRunAllTheSame() {
        Handover handover =
                new Handover(
                        task -> {
                            throw new OutOfMemoryError("unable to create native thread");
                        });
        handover.begin();

        handover.execute(() -> done.add("first"));
        handover.execute(() -> done.add("second"));
        handover.flush();

        assertThat(done).containsExactly("first", "second");
    }
}
