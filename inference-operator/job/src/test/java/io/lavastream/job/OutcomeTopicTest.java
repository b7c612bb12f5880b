package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.serialization.RegistrySettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class OutcomeTopicTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final TopicPartition PARTITION = new TopicPartition("vqa.outcomes.lane", 0);

    private final MovableClock clock = new MovableClock(Samples.NOW);

    @Test
    void doesNotWaitForEverForAPartitionThatDoesNotGoOn() {
        MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
        Node[] none = {};
        consumer.updatePartitions(
                PARTITION.topic(),
                List.of(new PartitionInfo(PARTITION.topic(), 0, Node.noNode(), none, none)));
        consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
        consumer.updateEndOffsets(Map.of(PARTITION, 5L));
        consumer.schedulePollTask(() -> clock.advance(TIMEOUT));

        try (OutcomeTopic topic =
                new OutcomeTopic("lane", consumer, RegistrySettings.of("mock://stalled"), clock)) {
            assertThatThrownBy(() -> topic.readInto(new AnsweredRequests(), Map.of(0, 3L), TIMEOUT))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage(
                            "nothing read for PT30S:"
                                    + " vqa.outcomes.lane-0 at offset 3 (expected: up to 5)");
        }
    }
}
