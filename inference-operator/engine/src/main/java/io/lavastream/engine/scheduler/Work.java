package io.lavastream.engine.scheduler;

import io.lavastream.engine.cache.Tile;
import java.util.List;

/** The next thing for the model to do: small enough that whoever waits for it does not wait long. */
public sealed interface Work {
    /** The sequences that this work moves on. */
    List<Sequence> sequences();

    /** One stage of the vision tower for one tile of an image. */
    record Encode(Sequence sequence, Tile tile, int stage) implements Work {
        @Override
        public List<Sequence> sequences() {
            return List.of(sequence);
        }
    }

    /** {@code length} positions from {@code start}, which another slot holds. */
    record Copy(Sequence sequence, int fromSlot, int start, int length) implements Work {
        @Override
        public List<Sequence> sequences() {
            return List.of(sequence);
        }
    }

    /** {@code length} positions of a prompt from {@code start}, all tiles that have rows in them being encoded. */
    record Prefill(Sequence sequence, int start, int length) implements Work {
        @Override
        public List<Sequence> sequences() {
            return List.of(sequence);
        }
    }

    /** One token for each of {@code sequences}. */
    record Decode(List<Sequence> sequences) implements Work {
        public Decode {
            sequences = List.copyOf(sequences);
        }
    }
}
