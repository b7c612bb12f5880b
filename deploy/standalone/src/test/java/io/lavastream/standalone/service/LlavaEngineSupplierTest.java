package io.lavastream.standalone.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LlavaEngineSupplierTest {
    @Test
    void aLaneHoldsTwoRequestsASlotAndNoMoreThanTheEngineHasPlacesFor() {
        assertThat(LlavaEngineSupplier.placesOfALane(8, 72, 2)).isEqualTo(16);
        assertThat(LlavaEngineSupplier.placesOfALane(1, 65, 2)).isEqualTo(4);
        assertThat(LlavaEngineSupplier.placesOfALane(8, 72, 9)).isEqualTo(8);
        assertThat(LlavaEngineSupplier.placesOfALane(1, 65, 70)).isEqualTo(1);
    }
}
