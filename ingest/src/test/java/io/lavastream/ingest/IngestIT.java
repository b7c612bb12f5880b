package io.lavastream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.ingest.IngestConfig.Delivery;
import io.lavastream.schemas.Answer;
import io.lavastream.schemas.Image;
import io.lavastream.schemas.Question;
import io.lavastream.topics.Topic;
import io.lavastream.topics.TopicAdmin;
import io.lavastream.topics.TopicSettings;
import io.lavastream.topics.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.test.KafkaClusterTestKit;
import org.apache.kafka.common.test.TestKitNodes;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Ingest on a real broker. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class IngestIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static KafkaClusterTestKit cluster;

    @TempDir private Path directory;

    @BeforeAll
    static void startBroker() throws Exception {
        cluster =
                new KafkaClusterTestKit.Builder(
                                new TestKitNodes.Builder()
                                        .setCombined(true)
                                        .setNumBrokerNodes(1)
                                        .setNumControllerNodes(1)
                                        .build())
                        .setConfigProp("offsets.topic.replication.factor", "1")
                        .setConfigProp("offsets.topic.num.partitions", "2")
                        .setConfigProp("transaction.state.log.replication.factor", "1")
                        .setConfigProp("transaction.state.log.min.isr", "1")
                        .setConfigProp("transaction.state.log.num.partitions", "2")
                        .setConfigProp("group.initial.rebalance.delay.ms", "0")
                        .setConfigProp("auto.create.topics.enable", "false")
                        .build();
        cluster.format();
        cluster.startup();
        cluster.waitForReadyBrokers();
    }

    @AfterAll
    static void stopBroker() throws Exception {
        cluster.close();
    }

    @Test
    void nothingIsLostOrDoubledOverAnOrderlyRestartAndAKill() throws Exception {
        String lane = "restarts";
        createTopics(lane);
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf(lane));
        IngestConfig config = config(lane, clients);
        try (ScriptedJob job = ScriptedJob.start(clients, lane);
                KafkaProducer<String, Question> questions = clients.producer();
                KafkaProducer<String, Image> images = clients.producer();
                Tally tally = new Tally(clients, lane)) {
            Sender sender = new Sender(lane, questions, images);

            try (IngestApplication first = IngestApplication.start(config)) {
                first.awaitRunning(PATIENCE);
                sender.send(100);
                tally.awaitAnswers(40);
            }
            sender.send(100);
            try (IngestApplication second = IngestApplication.start(config)) {
                second.awaitRunning(PATIENCE);
                tally.awaitAnswers(200);
            }
            try (IngestProcess killed =
                    IngestProcess.start(bootstrap(), lane, config.stateDirectory())) {
                sender.send(200);
                tally.awaitAnswers(240);
                killed.kill();
            }
            sender.send(100);
            try (IngestApplication last = IngestApplication.start(config)) {
                tally.awaitAnswers(500);
                // What follows in every partition shows that nothing else was on its way.
                sender.send(50);
                tally.awaitAnswers(550);

                assertThat(last.metrics().deadLetters()).isZero();
                assertThat(last.metrics().failed()).isEmpty();
            }

            assertThat(job.isAlive()).isTrue();
            assertThat(tally.answers).hasSize(550);
            assertThat(tally.answers.values()).containsOnly(1);
        }
    }

    @Test
    void atLeastOnceLosesNothingOverKills() throws Exception {
        String lane = "at-least-once";
        createTopics(lane);
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf(lane));
        IngestConfig config = config(lane, clients).withDelivery(Delivery.AT_LEAST_ONCE);
        try (ScriptedJob job = ScriptedJob.start(clients, lane);
                KafkaProducer<String, Question> questions = clients.producer();
                KafkaProducer<String, Image> images = clients.producer();
                Tally tally = new Tally(clients, lane)) {
            Sender sender = new Sender(lane, questions, images);
            for (int kill = 1; kill <= 3; kill++) {
                try (IngestProcess killed =
                        IngestProcess.start(
                                bootstrap(),
                                lane,
                                config.stateDirectory(),
                                Delivery.AT_LEAST_ONCE)) {
                    sender.send(200);
                    tally.awaitAnswers(200 * kill - 150);
                    killed.kill();
                }
            }
            try (IngestApplication last = IngestApplication.start(config)) {
                tally.awaitAnswers(600);

                assertThat(last.metrics().deadLetters()).isZero();
                assertThat(last.metrics().failed()).isEmpty();
            }
            assertThat(job.isAlive()).isTrue();
            int doubled = tally.answers.values().stream().mapToInt(count -> count - 1).sum();
            System.out.printf("at least once: 600 answered, %d twice over 3 kills%n", doubled);
        }
    }

    @Test
    void aQuestionOfAnAbortedTransactionIsNeverSeen() throws Exception {
        String lane = "aborted";
        createTopics(lane);
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf(lane));
        try (ScriptedJob job = ScriptedJob.start(clients, lane);
                KafkaProducer<String, Question> questions = clients.transactionalProducer(lane);
                Tally tally = new Tally(clients, lane);
                IngestApplication ingest = IngestApplication.start(config(lane, clients))) {
            questions.initTransactions();
            for (int i = 0; i < 20; i++) {
                questions.beginTransaction();
                send(questions, lane, Records.question(lane + "-aborted-" + i).build());
                questions.flush();
                questions.abortTransaction();
                questions.beginTransaction();
                send(questions, lane, Records.question(lane + "-committed-" + i).build());
                questions.commitTransaction();
            }

            tally.awaitAnswers(20, lane + "-committed");

            assertThat(tally.startingWith(lane + "-aborted")).isZero();
            assertThat(ingest.metrics().admitted()).isEqualTo(20);
            assertThat(job.isAlive()).isTrue();
        }
    }

    @Test
    void endsWhenAnotherProcessTakesItsName() throws Exception {
        String lane = "fenced";
        createTopics(lane);
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf(lane));
        try (IngestApplication first = IngestApplication.start(config(lane, clients))) {
            first.awaitRunning(PATIENCE);
            try (IngestProcess second =
                    IngestProcess.start(bootstrap(), lane, directory.resolve("other"))) {
                assertThat(first.failure())
                        .failsWithin(PATIENCE)
                        .withThrowableThat()
                        .havingCause()
                        .withMessageContaining("(expected: an --instance of its own for each)");
                second.kill();
            }
        }
    }

    @Test
    void refusesToStartWithoutItsTopics() {
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf("missing"));

        assertThatThrownBy(() -> IngestApplication.start(config("missing", clients)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "vqa.questions.missing: topic is missing (expected: present)");
    }

    @Test
    void refusesToStartWhenTopicsThatBelongTogetherHaveUnequalPartitions() throws Exception {
        String lane = "unequal";
        Topic tickets = Topics.tickets(lane);
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(tickets.name(), 3, (short) 1))).all().get();
        }
        createTopics(lane);
        TestClients clients = new TestClients(bootstrap(), Registries.withSchemasOf(lane));

        assertThatThrownBy(() -> IngestApplication.start(config(lane, clients)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("partitions is ")
                .hasMessageContaining(Topics.lookups(lane).name());
    }

    private IngestConfig config(String lane, TestClients clients) {
        return IngestConfig.defaults(
                bootstrap(),
                clients.registry(),
                IngestSettings.defaults(lane),
                directory.resolve("state"));
    }

    private static void createTopics(String lane) {
        try (Admin admin = admin()) {
            new TopicAdmin(admin, new TopicSettings(2, (short) 1))
                    .create(Topics.all(List.of(lane)));
        }
    }

    private static Admin admin() {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap()));
    }

    private static String bootstrap() {
        return cluster.bootstrapServers();
    }

    private static void send(
            KafkaProducer<String, Question> producer, String lane, Question question) {
        TestClients.send(producer, Topics.questions(lane), null, question);
    }

    /** Sends questions in turn with an inline image, and about an image that comes after its question. */
    private static final class Sender {
        private final String lane;
        private final KafkaProducer<String, Question> questions;
        private final KafkaProducer<String, Image> images;
        private int sent;

        Sender(
                String lane,
                KafkaProducer<String, Question> questions,
                KafkaProducer<String, Image> images) {
            this.lane = lane;
            this.questions = questions;
            this.images = images;
        }

        void send(int count) {
            for (int i = 0; i < count; i++, sent++) {
                String id = lane + "-" + sent;
                if (sent % 2 == 0) {
                    IngestIT.send(
                            questions,
                            lane,
                            Records.question(id)
                                    .setImages(List.of(Records.inline("image of " + id)))
                                    .build());
                } else {
                    IngestIT.send(questions, lane, Records.questionAbout(id, "image-" + id));
                    TestClients.send(
                            images,
                            Topics.IMAGES_TOPIC,
                            null,
                            Records.image("image-" + id, "bytes of " + id));
                }
            }
            questions.flush();
            images.flush();
        }
    }

    /** Counts the answers that a reader of committed records sees. */
    private static final class Tally implements AutoCloseable {
        final Map<String, Integer> answers = new HashMap<>();
        private final String lane;
        private final KafkaConsumer<String, Answer> consumer;

        Tally(TestClients clients, String lane) {
            this.lane = lane;
            consumer = clients.consumer(Topics.ANSWERS, Answer.class);
        }

        void awaitAnswers(int count) {
            awaitAnswers(count, lane);
        }

        void awaitAnswers(int count, String prefix) {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (startingWith(prefix) < count) {
                assertThat(System.nanoTime())
                        .as("%d of %d answers", startingWith(prefix), count)
                        .isLessThan(end);
                consumer.poll(Duration.ofMillis(50))
                        .forEach(
                                record -> {
                                    if (record.key().startsWith(lane)) {
                                        answers.merge(record.key(), 1, Integer::sum);
                                    }
                                });
            }
        }

        /** How many request ids begin so. */
        long startingWith(String prefix) {
            return answers.keySet().stream().filter(id -> id.startsWith(prefix)).count();
        }

        @Override
        public void close() {
            consumer.close();
        }
    }
}
