package io.lavastream.engine.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    private static final String BYTES = "org.bytedeco.javacpp.maxbytes";
    private static final String PHYSICAL = "org.bytedeco.javacpp.maxphysicalbytes";

    private final String bytes = System.clearProperty(BYTES);
    private final String physical = System.clearProperty(PHYSICAL);

    @AfterEach
    void restore() {
        restore(BYTES, bytes);
        restore(PHYSICAL, physical);
    }

    @Test
    void liftsALimitUnlessTheProcessWasStartedWithOne() {
        System.setProperty(PHYSICAL, "8g");

        NativeMemory.unbound();

        assertThat(System.getProperty(BYTES)).isEqualTo("0");
        assertThat(System.getProperty(PHYSICAL)).isEqualTo("8g");
    }

    private static void restore(String property, String value) {
        if (value == null) {
            System.clearProperty(property);
        } else {
            System.setProperty(property, value);
        }
    }
}
