package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class PromptCommitTest {
    private static final Duration INTERVAL = Duration.ofMillis(5);

    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    private final List<String> processed = new ArrayList<>();
    private long nanos = -1;

    private final PromptCommit<String, String, Void, Void> processor =
            new PromptCommit<>(
                    record -> processed.add(record.value()),
                    new PromptCommit.Pace(INTERVAL, () -> nanos));

    @Test
    void asksForACommitAfterARecordAndNotAgainWithinTheInterval() {
        processor.init(context);

        assertThat(asksFor("first")).isTrue();
        nanos += INTERVAL.toNanos() - 1;
        assertThat(asksFor("soon after")).isFalse();
        nanos += 1;
        assertThat(asksFor("later")).isTrue();
        assertThat(processed).containsExactly("first", "soon after", "later");
    }

    private boolean asksFor(String value) {
        context.resetCommit();
        processor.process(new Record<>("key", value, 0));
        return context.committed();
    }
}
