package io.lavastream.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lavastream.engine.EngineConfig;
import io.lavastream.engine.WeightType;
import io.lavastream.job.JobConfig.Lane;
import java.time.Duration;
import java.util.Properties;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JobPropertiesTest {
    private final Properties properties = new Properties();

    @BeforeEach
    void setWhatIsRequired() {
        set("bootstrap-servers", "broker:9092");
        set("schema-registry-url", "http://registry:8081");
        set("lanes", "interactive:8, bulk:4");
        set("checkpoint-directory", "s3://bucket/checkpoints");
        set("model", "models/llava");
    }

    @Test
    void everyKeyHasItsPlace() {
        set("parallelism", "2");
        set("request-timeout", "5000");
        set("checkpoint-interval", "1000");
        set("image-uri-hosts", "a.example,b.example");
        set("image-uri-private-hosts", "b.example");
        set("image-uri-directories", "/pictures");
        set("kafka.security.protocol", "SSL");
        set("registry.basic.auth.user.info", "user:hush");
        set("slots", "3");
        set("slot-length", "900");
        set("long-slots", "1");
        set("long-slot-length", "3000");
        set("reserved-slots", "2");
        set("stall-budget", "400");
        set("bulk-quantum", "90");
        set("threads", "4");
        set("weights", "bf16");
        set("memory", "21474836480");
        set("waiting-room", "5");
        set("vision-tower", "models/clip");
        set("base", "models/vicuna");
        set("template", "vicuna_v1");
        set("image-mode", "hd");
        set("truncate", "reference");

        JobConfig job = new JobProperties(properties).job();
        LlavaEngineSupplier engine = LlavaEngineSupplier.of(new JobProperties(properties).engine());

        assertThat(job.lanes()).containsExactly(new Lane("interactive", 8), new Lane("bulk", 4));
        assertThat(job.parallelism()).isEqualTo(2);
        assertThat(job.requestTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(job.checkpoints().interval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(job.images().uris().privateHosts()).containsExactly("b.example");
        assertThat(job.images().uris().directories()).containsExactly("/pictures");
        assertThat(job.kafka().client()).containsEntry("security.protocol", "SSL");
        assertThat(job.registry().client()).containsEntry("basic.auth.user.info", "user:hush");
        assertThat(engine.slots()).isEqualTo(3);
        assertThat(engine.slotLength()).isEqualTo(900);
        assertThat(engine.longSlots()).isOne();
        assertThat(engine.longSlotLength()).isEqualTo(3000);
        assertThat(engine.reservedSlots()).isEqualTo(2);
        assertThat(engine.stallBudget()).isEqualTo(Duration.ofMillis(400));
        assertThat(engine.bulkQuantum()).isEqualTo(Duration.ofMillis(90));
        assertThat(engine.threads()).isEqualTo(4);
        assertThat(engine.weights()).isEqualTo(WeightType.BF16);
        assertThat(engine.memory()).isEqualTo(20L << 30);
        assertThat(engine.waitingRoom()).isEqualTo(5);
        assertThat(engine.visionTower()).isEqualTo("models/clip");
        assertThat(engine.base()).isEqualTo("models/vicuna");
        assertThat(engine.template()).isEqualTo("vicuna_v1");
        assertThat(engine.imageMode()).isEqualTo("hd");
        assertThat(engine.truncate()).isEqualTo(EngineConfig.Truncate.REFERENCE);
        assertThat(engine.lanes()).containsExactly("interactive", "bulk");
    }

    @Test
    void settingsTravel() throws Exception {
        set("vision-tower", "models/clip");
        set("base", "models/vicuna");
        JobProperties settings = new JobProperties(properties);
        LlavaEngineSupplier supplier = LlavaEngineSupplier.of(settings.engine());

        assertThat(InstantiationUtil.clone(settings.job())).isEqualTo(settings.job());
        assertThat(InstantiationUtil.clone(supplier)).isEqualTo(supplier);
        assertThat(supplier.config()).isEqualTo(settings.engine());
    }

    @Test
    void saysWhatIsWrong() {
        set("truncate", "all");
        assertThatThrownBy(() -> new JobProperties(properties).engine())
                .hasMessage("truncate: all (expected: none or reference)");
        set("truncate", "none");
        set("weights", "int4");
        assertThatThrownBy(() -> new JobProperties(properties).engine())
                .hasMessage("weights: int4 (expected: f32, fp16, bf16 or int8)");
        set("weights", "fp16");
        set("memory", "20g");
        assertThatThrownBy(() -> new JobProperties(properties).engine())
                .hasMessage("memory: 20g (expected: a number of bytes)");
        set("lanes", "interactive");
        assertThatThrownBy(() -> new JobProperties(properties).job())
                .hasMessage("lanes: interactive (expected: name:capacity)");
        set("lanes", "interactive:many");
        assertThatThrownBy(() -> new JobProperties(properties).job())
                .hasMessage("lanes: many (expected: a whole number)");
        set("bootstrap-servers", " ");
        assertThatThrownBy(() -> new JobProperties(properties).job())
                .hasMessage("bootstrap-servers: nothing (expected: a value)");
        set("bootstrap-server", "broker:9092");
        assertThatThrownBy(() -> new JobProperties(properties))
                .hasMessageStartingWith("bootstrap-server: unknown setting (expected: one of [");
    }

    private void set(String key, String value) {
        properties.setProperty(key, value);
    }
}
