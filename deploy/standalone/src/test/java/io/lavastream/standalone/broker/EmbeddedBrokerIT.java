package io.lavastream.standalone.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.lavastream.standalone.Ports;
import io.lavastream.topics.Lanes;
import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerIT {
    @TempDir Path directory;

    @Test
    void keepsTopicsOverARestartAndTakesTheLargestRecord() throws Exception {
        List<Topic> topics = Topics.all(Lanes.DEFAULT);
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, Ports.ANY);
                Admin admin = Admin.create(clientOf(broker))) {
            assertThat(new TopicAdmin(admin, TopicSettings.SINGLE_BROKER).create(topics))
                    .hasSameSizeAs(topics);
        }

        try (EmbeddedBroker again = EmbeddedBroker.start(directory, Ports.ANY);
                Admin admin = Admin.create(clientOf(again))) {
            assertThat(new TopicAdmin(admin, TopicSettings.SINGLE_BROKER).check(topics)).isEmpty();
            assertThat(send(again, new byte[Topics.LARGE_RECORD_BYTES])).isZero();
        }
    }

    private static long send(EmbeddedBroker broker, byte[] value) throws Exception {
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "max.request.size",
                        2 * Topics.LARGE_RECORD_BYTES);
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
            return producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS.name(), value))
                    .get()
                    .offset();
        }
    }

    private static Properties clientOf(EmbeddedBroker broker) {
        Properties config = new Properties();
        config.put("bootstrap.servers", broker.bootstrapServers());
        return config;
    }
}
