package io.lavastream.standalone.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "123, 123",
        "1000k, 1024000",
        "512m, 536870912",
        "20g, 21474836480",
        "2G, 2147483648"
    })
    void readsPowersOf1024(String text, long bytes) {
        assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "g", "-1g", "1.5g", "1t"})
    void refusesWhatIsNoSize(String text) {
        assertThatThrownBy(() -> new ByteSize().convert(text))
                .hasMessageContaining("expected: a number of bytes");
    }

    @Test
    void refusesMoreThanCanBeCounted() {
        assertThatThrownBy(() -> new ByteSize().convert("999999999999g"))
                .hasMessageContaining("less than 2^63");
    }
}
