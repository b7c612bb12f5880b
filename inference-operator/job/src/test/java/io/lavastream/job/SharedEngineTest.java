package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedEngineTest {
    private final FakeEngine.Supplier supplier = new FakeEngine.Supplier("shared-engine");
    private final FakeEngine engine = supplier.install(3);

    @Test
    void equalSuppliersShareOneEngineUntilTheLastLeaves() {
        SharedEngine.Lease first = SharedEngine.lease(supplier, 1);
        SharedEngine.Lease second = SharedEngine.lease(new FakeEngine.Supplier("shared-engine"), 2);
        assertThat(second.engine()).isSameAs(first.engine());

        first.close();
        first.close();
        assertThat(engine.closed).isFalse();
        second.close();
        assertThat(engine.closed).isTrue();
    }

    @Test
    void refusesMorePlacesThanTheEngineHas() {
        try (SharedEngine.Lease lease = SharedEngine.lease(supplier, 2)) {
            assertThat(lease.engine().capacity()).isEqualTo(3);
            assertThatThrownBy(() -> SharedEngine.lease(supplier, 2))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage(
                            "capacities of all lanes and subtasks of this process: 4, of which 2"
                                    + " are taken (expected: at most the engine's capacity, 3)");
        }
        assertThat(engine.closed).isTrue();
    }

    @Test
    void worksWithoutAJournalWhereThereIsNoRoomForOne(@TempDir Path directory) {
        // No file can be where a directory is.
        try (SharedEngine.Lease lease =
                SharedEngine.lease(supplier, 1, supplier::open, Optional.of(directory))) {
            assertThat(lease.entrance()).isNotNull();
        }
    }
}
