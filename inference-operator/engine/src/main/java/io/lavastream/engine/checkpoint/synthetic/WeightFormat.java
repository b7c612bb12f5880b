package io.lavastream.engine.checkpoint.synthetic;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** The formats that weights are published in, with the names of their files. */
enum WeightFormat {
    /** As {@code llava-hf/llava-1.5-7b-hf} is cut: beyond 4 GiB, where offsets no longer fit 32 bits. */
    SAFETENSORS("model", ".safetensors", 5_000_000_000L) {
        @Override
        void write(Path file, List<SyntheticTensor> tensors, long seed, LongConsumer written)
                throws IOException {
            SafetensorsShard.write(file, tensors, seed, written);
        }
    },
    /** As {@code liuhaotian/llava-v1.5-7b} is cut. */
    TORCH("pytorch_model", ".bin", 10_000_000_000L) {
        @Override
        void write(Path file, List<SyntheticTensor> tensors, long seed, LongConsumer written)
                throws IOException {
            TorchShard.write(file, tensors, seed, written);
        }
    };

    private final String stem;
    private final String ending;
    private final long shardBytes;

    WeightFormat(String stem, String ending, long shardBytes) {
        this.stem = stem;
        this.ending = ending;
        this.shardBytes = shardBytes;
    }

    /** Writes one new file; {@code written} is told of each piece's bytes. */
    abstract void write(Path file, List<SyntheticTensor> tensors, long seed, LongConsumer written)
            throws IOException;

    /** Bytes of weights in one file, at most. */
    long shardBytes() {
        return shardBytes;
    }

    /** The name of file {@code number} of {@code count}. */
    String file(int number, int count) {
        return count == 1
                ? stem + ending
                : "%s-%05d-of-%05d%s".formatted(stem, number, count, ending);
    }

    /** The name of the index of several files. */
    String index() {
        return stem + ending + ".index.json";
    }
}
