package io.lavastream.engine.scheduler;

import java.util.List;

/** The next thing for the model to do: small enough that whoever waits for it does not wait long. */
public sealed interface Work {
    /** The sequences that this work moves on. */
    List<Sequence> sequences();

    /** Vision tower and projector for one tile of an image; tiles of all its images are counted. */
    record EncodeTile(Sequence sequence, int tile) implements Work {
        @Override
        public List<Sequence> sequences() {
            return List.of(sequence);
        }
    }

    /** {@code length} positions of a prompt from {@code start}, all its tiles being encoded. */
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
